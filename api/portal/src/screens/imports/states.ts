// How a file stands, as P-STATUS has it: its words stand in the texts of the page.
import type { ImportState } from "@/generated/api/graphql";

/** Codes whose icon and colour say what the state is for the reader. */
const LOOKS: Record<ImportState, string> = {
  CHECKING: "IN_PROGRESS",
  TO_MAP: "PENDING",
  HAS_ERRORS: "REJECTED",
  TO_CONFIRM: "PENDING",
  READY: "DRAFT",
  SIGNING: "IN_PROGRESS",
  DONE: "COMPLETED",
};

export const stateTag = (state: ImportState, word: (state: ImportState) => string): { code: string; zh: string; en: string } => ({
  code: LOOKS[state],
  zh: word(state),
  en: word(state),
});
