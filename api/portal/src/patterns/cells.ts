// Cells that many lists have. `said` is the text of a cell for exports.
import { h, type VNode } from "vue";
import { RouterLink } from "vue-router";
import { either } from "@/shared/i18n";
import DueDay from "./DueDay.vue";
import StateTag from "./StateTag.vue";

interface Label {
  zh: string;
  en: string;
}

/** A link with a text. */
export const link = (to: string, text: string): VNode => h(RouterLink, { to, said: text }, () => text);
/** The institution that a record names, where the reader may see it. */
export const orgCell = (org: { recordId: string; label: string } | null | undefined): VNode | null =>
  org ? link(`/app/orgs/${org.recordId}`, org.label) : null;
/** The masked name of a worker, as a link to the file. */
export const workerCell = (worker: { recordId: string; members: { name: { masked: string | null } } } | null | undefined): VNode | null =>
  worker ? link(`/app/workers/${worker.recordId}`, worker.members.name.masked ?? worker.recordId.slice(0, 8)) : null;
/** A state with its icon. */
export const stateCell = (state: ({ code: string } & Label) | null | undefined, kind?: string): VNode | null =>
  state ? h(StateTag, { state, said: either(state), ...(kind ? { kind } : {}) }) : null;
/** A civil day, on one line. */
export const dayCell = (day: string | null | undefined): VNode | null => (day ? h("span", { class: "day", said: day }, day) : null);
/** A day by which something is due. */
export const dueCell = (day: string | null | undefined): VNode | null => (day ? h(DueDay, { day, said: day }) : null);
/** Labels one after the other. */
export const words = (labels: readonly Label[] | null | undefined): string => (labels ?? []).map(either).join(" · ");
/** A count that the service may stop at: `100+`. */
export const atLeast = (count: string | null | undefined, exact: boolean | null | undefined): string =>
  count === null || count === undefined ? "" : exact === false ? `${count}+` : count;
