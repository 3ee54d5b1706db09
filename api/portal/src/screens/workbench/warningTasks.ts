// Warnings as things to do: the authority decides without a day set; whoever has to put something right has one.
import { computed, type ComputedRef } from "vue";
import { useI18n } from "petite-vue-i18n";
import { useAsk, type Asked } from "@/app/client";
import {
  WorkNamesDocument,
  WorkWarningsDocument,
  type WorkNameFragment,
  type WorkWarningFragment,
  type WorkWarningsQuery,
} from "@/generated/api/graphql";
import { area } from "@/shared/format";
import { either } from "@/shared/i18n";
import { kindLabel } from "@/shared/kinds";
import type { Office } from "./office";
import { lateBy, period, SECTIONS, type Section, type Task } from "./tasks";

/** A section, as a question and as the list that says the same. */
export interface Part {
  filter: { state: string[]; facets?: { name: string; from?: string; until?: string; value?: string }[] };
  /** The list with the same number. */
  list: string;
  asked: Asked<WorkWarningsQuery>;
}
export interface WarningTasks {
  parts: Partial<Record<Section, Part>>;
  waiting: ComputedRef<boolean>;
  taskOf: (warning: WorkWarningFragment) => Task;
}

/** What a warning says. */
export const nameOf = (warning: { members: { rule: string }; law: { zh: string; en: string } | null }): string =>
  warning.law ? either(warning.law) : warning.members.rule;

export function useWarningTasks(day: string, { authority, unit, reader, mine, theirs }: Office): WarningTasks {
  const { t } = useI18n();
  function part(section: Section): Part {
    const days = period(section === "others" && authority ? "late" : section, day);
    const state = section === "others" ? theirs : mine;
    const bare = section === "undated" && !authority;
    const facets = days ? [{ name: "due_on", ...days }] : bare ? [{ name: "due_on", value: "" }] : [];
    const filter = { state, ...(facets.length ? { facets } : {}) };
    const list = `/app/warnings?f.state=${state.join(",")}${days ? `&f.due_on=${days.from}..${days.until}` : bare ? "&f.due_on=.." : ""}`;
    return { filter, list, asked: useAsk(WorkWarningsDocument, { filter, first: section === "others" ? 5 : 10 }) };
  }
  const asks: Partial<Record<Section, Part>> = reader
    ? {}
    : Object.fromEntries((authority ? (["undated", "others"] as const) : SECTIONS).map((section) => [section, part(section)]));
  const waitsForWarnings = computed(() => Object.values(asks).some(({ asked }) => asked.waiting.value));
  // Whom and what warnings are about is asked for once, all together: a warning itself names records, not people.
  const all = computed(() => Object.values(asks).flatMap(({ asked }) => asked.data.value?.warnings?.nodes ?? []));
  const NAMES = 48;
  const wanted = computed(() =>
    [
      ...new Set(
        all.value.flatMap(({ members, responsible, org }) => [
          members.subject.node,
          ...(!responsible && org && !unit ? [`institution/${org}`] : []),
        ]),
      ),
    ].slice(0, NAMES),
  );
  const names = useAsk(WorkNamesDocument, () =>
    wanted.value.length && !waitsForWarnings.value
      ? (Object.fromEntries(Array.from({ length: NAMES }, (_, at) => [`n${at}`, wanted.value[at] ?? wanted.value[0]])) as never)
      : null,
  );
  const called = computed(() => {
    const answer = Object.values((names.data.value ?? {}) as Record<string, WorkNameFragment | null>);
    return new Map(
      answer.flatMap((node) =>
        node && "id" in node ? [[node.id, ("members" in node && node.members.name.masked) || node.label] as const] : [],
      ),
    );
  });
  const whoOf = (warning: WorkWarningFragment): string =>
    warning.responsible?.label ??
    (warning.org ? (unit ? t("workbench.unit") : called.value.get(`institution/${warning.org}`)) : undefined) ??
    area(warning.area);
  /** A person, a unit and a device are called by their names; anything else says first what it is. */
  const aboutOf = ({ members: { subject } }: WorkWarningFragment): string => {
    const name = called.value.get(subject.node);
    if (name && ["person", "institution", "device"].includes(subject.kind)) return name;
    return [either(kindLabel(subject.kind)), name].filter(Boolean).join(" ");
  };
  const fromWarning = (warning: WorkWarningFragment): Task => ({
    key: warning.id,
    what: `${nameOf(warning)} · ${either(warning.members.state)}`,
    about: aboutOf(warning),
    source: "warning",
    who: whoOf(warning),
    grade: warning.members.grade.code,
    due: warning.members.dueOn,
    late: authority ? 0 : lateBy(warning.members.dueOn, day),
    ...(authority ? { left: t("workbench.since", { on: warning.members.stateSince }) } : {}),
    to: `/app/warnings/${warning.recordId}`,
  });
  return { parts: asks, waiting: waitsForWarnings, taskOf: fromWarning };
}
