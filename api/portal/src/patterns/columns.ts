// Which columns of a list are shown, and in which order: as somebody arranged them, kept in this browser by the list's name.
import { computed, ref, type ComputedRef } from "vue";
import { keep, kept } from "@/shared/settings";

/** How somebody arranged the columns of a list: their order, and those hidden. */
export interface Arrangement {
  order: string[];
  hidden: string[];
}
interface Known {
  id: string;
  hidden?: boolean;
}

/** The columns in the order that was chosen; those that are new since stand where the list has them. */
export function arranged<C extends Known>(columns: readonly C[], { order }: Arrangement): C[] {
  const place = new Map(order.map((id, at) => [id, at]));
  const known = columns.filter(({ id }) => place.has(id)).sort((a, b) => place.get(a.id)! - place.get(b.id)!);
  return columns.map((column) => (place.has(column.id) ? known.shift()! : column));
}

/** The order with a column one place further to the front (-1) or to the end (1). */
export function moved(ids: readonly string[], id: string, by: -1 | 1): string[] {
  const order = [...ids];
  const [from, to] = [order.indexOf(id), order.indexOf(id) + by];
  if (from < 0 || to < 0 || to >= order.length) return order;
  [order[from], order[to]] = [order[to]!, order[from]!];
  return order;
}

export interface Columns<C> {
  all: ComputedRef<C[]>;
  shown: ComputedRef<C[]>;
  isShown: (id: string) => boolean;
  toggle: (id: string) => void;
  move: (id: string, by: -1 | 1) => void;
  reset: () => void;
}

export function useColumns<C extends Known>(name: string, columns: () => readonly C[]): Columns<C> {
  const place = `radledger.columns.${name}`;
  const initial = (): Arrangement => ({ order: [], hidden: columns().flatMap(({ id, hidden }) => (hidden ? [id] : [])) });
  const found = kept<Partial<Arrangement>>(place, {});
  const now = ref<Arrangement>(Array.isArray(found.order) && Array.isArray(found.hidden) ? (found as Arrangement) : initial());
  const change = (to: Partial<Arrangement>): void => {
    now.value = { ...now.value, ...to };
    keep(place, now.value);
  };
  const all = computed(() => arranged(columns(), now.value));
  const isShown = (id: string): boolean => !now.value.hidden.includes(id);
  return {
    all,
    shown: computed(() => all.value.filter(({ id }) => isShown(id))),
    isShown,
    toggle: (id) => change({ hidden: isShown(id) ? [...now.value.hidden, id] : now.value.hidden.filter((other) => other !== id) }),
    move: (id, by) =>
      change({
        order: moved(
          all.value.map((column) => column.id),
          id,
          by,
        ),
      }),
    reset: () => {
      now.value = initial();
      localStorage.removeItem(place);
    },
  };
}
