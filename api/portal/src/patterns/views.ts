// Saved views: a name for what a list was asked, kept in this browser. A view is an address, so its link opens it anywhere.
import { computed, ref, type ComputedRef } from "vue";
import type { LocationQuery } from "vue-router";
import { keep, kept } from "@/shared/settings";

/** A saved view. */
export interface View {
  name: string;
  /** Path and query of the list. */
  to: string;
}

const KEPT = "radledger.views";
const all = ref<Record<string, View[]>>(kept(KEPT, {}));

/** What of an address a view keeps: what was asked, not the page of the answer nor the moment. */
export const asked = (query: LocationQuery): LocationQuery =>
  Object.fromEntries(Object.entries(query).filter(([name]) => name !== "after" && name !== "at" && name !== "lang"));

/** Puts a view among others; one of the same name gives way. */
export const put = (views: readonly View[], view: View): View[] => [...views.filter(({ name }) => name !== view.name), view];

export interface Views {
  views: ComputedRef<View[]>;
  save: (view: View) => void;
  drop: (name: string) => void;
}
export function useViews(list: string): Views {
  const views = computed(() => all.value[list] ?? []);
  const change = (to: View[]): void => {
    all.value = { ...all.value, [list]: to };
    keep(KEPT, all.value);
  };
  return {
    views,
    save: (view) => change(put(views.value, view)),
    drop: (name) => change(views.value.filter((view) => view.name !== name)),
  };
}
