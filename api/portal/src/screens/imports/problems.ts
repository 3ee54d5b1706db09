// The problems of a file, read page by page while somebody looks at the first of them.
import { onScopeDispose, ref, shallowRef, watch, type Ref, type ShallowRef } from "vue";
import { ask, type Failure } from "@/app/client";
import { ImportProblemsDocument, type ImportProblemsQuery, type ImportSeverity } from "@/generated/api/graphql";

type Page = NonNullable<NonNullable<NonNullable<ImportProblemsQuery["importJob"]>["check"]>["problems"]>;
export type Problem = Page["items"][number];
export const keyOf = ({ row, column, code }: Problem): string => `${row} ${column ?? ""} ${code}`;

const PAGE = 100;
/** So many are read; nobody mends more by reading a page. The marked copy has them all. */
const MOST = 5000;

export interface Problems {
  items: ShallowRef<Problem[]>;
  failure: ShallowRef<Failure | null>;
  reading: Ref<boolean>;
  /** More than are read. */
  more: Ref<boolean>;
  again: () => Promise<void>;
}

export function useProblems(id: string, of: () => { severity: ImportSeverity | null; code: string | null; turn: unknown }): Problems {
  const items = shallowRef<Problem[]>([]);
  const failure = shallowRef<Failure | null>(null);
  const reading = ref(false);
  const more = ref(false);
  let turn = 0;
  const again = async (): Promise<void> => {
    const mine = ++turn;
    const { severity, code } = of();
    const found: Problem[] = [];
    let after: string | null = null;
    reading.value = true;
    do {
      const { data, failure: failed }: { data: ImportProblemsQuery | null; failure: Failure | null } = await ask(ImportProblemsDocument, {
        id,
        first: PAGE,
        after,
        severity,
        code,
      });
      if (mine !== turn) return;
      failure.value = failed;
      const page: Page | null | undefined = data?.importJob?.check?.problems;
      if (!page) break;
      found.push(...page.items);
      items.value = [...found];
      after = page.after;
    } while (after !== null && found.length < MOST);
    more.value = after !== null;
    reading.value = false;
  };
  watch(of, again, { immediate: true, deep: true });
  onScopeDispose(() => turn++);
  return { items, failure, reading, more, again };
}
