// Roles as people call them. The ledger names two that are no grant: the service, and the holders of the root.
import { ref } from "vue";
import { either, i18n } from "@/shared/i18n";
import { codeList, type CodeLabel } from "@/shared/kinds";

const known = ref<CodeLabel[]>([]);
let asked = false;

/** The label of a role; the list is read when it is first asked for. */
export function roleLabel(code: string | null | undefined): string {
  if (!asked) {
    asked = true;
    void codeList("ROLE").then((list) => (known.value = list));
  }
  if (!code) return "—";
  if (code === "SERVICE" || code === "ROOT") return i18n.global.t(`sign.role.${code}`);
  return either(known.value.find((role) => role.code === code) ?? { zh: code, en: code });
}
