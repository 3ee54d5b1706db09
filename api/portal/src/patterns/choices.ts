// Choices of a filter whose words stand in the texts of the page, in the language that is shown.
import type { CodeLabel } from "@/shared/kinds";

/** `choices(["ACTIVE"], (code) => t(`orgs.states.${code}`))` */
export const choices = (codes: readonly string[], word: (code: string) => string): CodeLabel[] =>
  codes.map((code) => ({
    code,
    get zh() {
      return word(code);
    },
    get en() {
      return word(code);
    },
  }));
