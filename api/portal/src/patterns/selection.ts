// Rows that are ticked, for one act upon several. First those of the page, then, as a step of its own, all that match.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from "vue";
import type { Failure } from "@/app/client";
import type { Gathered } from "./list";

/** Most rows of one act: it is signed as one unit, and every one of them is read first. */
export const MOST = 500;

export interface Selection<Row> {
  rows: ComputedRef<Row[]>;
  has: (row: Row) => boolean;
  toggle: (row: Row) => void;
  /** Those of this page that may be ticked. */
  page: ComputedRef<Row[]>;
  whole: ComputedRef<boolean>;
  togglePage: () => void;
  /** Reads all that match and ticks them. */
  takeAll: () => Promise<void>;
  busy: Ref<boolean>;
  /** Why they could not be read. */
  failure: ShallowRef<Failure | null>;
  clear: () => void;
}

export function useSelection<Row extends { id: string }>(
  page: () => readonly Row[],
  may: () => ((row: Row) => boolean) | undefined,
  gather: (most: number) => Promise<Gathered<Row>>,
): Selection<Row> {
  const chosen = shallowRef<ReadonlyMap<string, Row>>(new Map());
  const busy = ref(false);
  const failure = shallowRef<Failure | null>(null);
  const selectable = (rows: readonly Row[]): Row[] => rows.filter((row) => may()?.(row) ?? false);
  const onPage = computed(() => selectable(page()));
  const take = (rows: readonly Row[]): void =>
    void (chosen.value = new Map([...chosen.value, ...rows.map((row) => [row.id, row] as const)]));
  const leave = (rows: readonly Row[]): void => {
    const gone = new Set(rows.map(({ id }) => id));
    chosen.value = new Map([...chosen.value].filter(([id]) => !gone.has(id)));
  };
  // What is read anew may have another state: what may no longer be acted upon is no longer ticked.
  watch(
    () => page(),
    (rows) => {
      const known = rows.filter(({ id }) => chosen.value.has(id));
      const still = selectable(known);
      if (known.length) leave(known);
      if (still.length) take(still);
    },
  );
  const whole = computed(() => onPage.value.length > 0 && onPage.value.every(({ id }) => chosen.value.has(id)));
  return {
    rows: computed(() => [...chosen.value.values()]),
    has: ({ id }) => chosen.value.has(id),
    toggle: (row) => (chosen.value.has(row.id) ? leave([row]) : take(selectable([row]))),
    page: onPage,
    whole,
    togglePage: () => (whole.value ? leave(onPage.value) : take(onPage.value)),
    takeAll: async () => {
      busy.value = true;
      const gathered = await gather(MOST);
      failure.value = gathered.failure;
      take(selectable(gathered.rows));
      busy.value = false;
    },
    busy,
    failure,
    clear: () => void (chosen.value = new Map()),
  };
}
