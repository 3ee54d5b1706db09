// The periods of a worker's monitoring, as panel A of the personal dose draws them.
import type { PersonDoseQuery } from "@/generated/api/graphql";
import { addDays, daysBetween } from "@/shared/format";
import { WITHOUT, isNominal, levelFor, type Level } from "./level";

type Person = Extract<NonNullable<PersonDoseQuery["node"]>, { doses?: unknown }>;
export type Result = NonNullable<Person["results"]>["nodes"][number];

export interface Period {
  key: string;
  from: string;
  to: string;
  /** What was received in it, all dosimeters of one employment together, in nSv; null when nothing is known. */
  effectiveNsv: number | null;
  /** Before the last correction, in nSv. */
  wasNsv: number | null;
  kind: "measured" | "below" | "nominal" | "missing" | "gap";
  months: number;
  year: number;
  results: Result[];
}

/** Days between two periods from which the reader is told that one is missing: badges are changed within these. */
const CHANGE_DAYS = 31;

/** Periods in the order of their days, with the gaps in which he worked and nothing was reported. */
export function periodsOf(
  results: readonly Result[],
  before: ReadonlyMap<string, number | null>,
  active: readonly { from: string; until: string | null }[],
): Period[] {
  const by = new Map<string, Result[]>();
  for (const result of results) {
    const key = `${result.members.employment}/${result.members.wearFrom}/${result.members.wearTo}`;
    by.set(key, [...(by.get(key) ?? []), result]);
  }
  // What was worn for the eye or the hand alone says nothing of the effective dose, and is no period of it.
  const told = [...by].filter(([, of]) => of.some(({ members }) => members.effectiveNsv !== null || WITHOUT.has(members.flag.code)));
  const known = told.map(([key, of]): Period => {
    const { wearFrom, wearTo, nominalMonths, doseYear } = of[0]!.members;
    const valued = of.filter(({ members }) => members.effectiveNsv !== null && !WITHOUT.has(members.flag.code));
    const corrected = of.some(({ recordId }) => before.has(recordId));
    const sum = (values: (number | null)[]): number | null =>
      values.every((value) => value === null) ? null : values.reduce<number>((all, value) => all + (value ?? 0), 0);
    const now = (result: Result): number | null => (result.members.effectiveNsv === null ? null : Number(result.members.effectiveNsv));
    return {
      key,
      from: wearFrom,
      to: wearTo,
      effectiveNsv: valued.length === 0 ? null : sum(valued.map(now)),
      wasNsv: corrected ? sum(of.map((result) => (before.has(result.recordId) ? before.get(result.recordId)! : now(result)))) : null,
      kind:
        valued.length === 0
          ? "missing"
          : valued.some(({ members }) => isNominal(members.flag.code))
            ? "nominal"
            : valued.every(({ members }) => members.flag.code === "BELOW_MDL")
              ? "below"
              : "measured",
      months: Number(nominalMonths),
      year: doseYear,
      results: of,
    };
  });
  known.sort((a, b) => (a.from === b.from ? a.to.localeCompare(b.to) : a.from.localeCompare(b.from)));
  const all: Period[] = [];
  let until = "";
  for (const period of known) {
    if (until && daysBetween(until, period.from) > CHANGE_DAYS) {
      const [from, to]: [string, string] = [addDays(until, 1), addDays(period.from, -1)];
      // Whoever did not work then wore nothing: that is no gap.
      if (active.some((span) => span.from < to && (span.until === null || span.until > from)))
        all.push({
          key: `gap/${from}`,
          from,
          to,
          effectiveNsv: null,
          wasNsv: null,
          kind: "gap",
          months: 0,
          year: Number(to.slice(0, 4)),
          results: [],
        });
    }
    all.push(period);
    if (period.to > until) until = period.to;
  }
  return all;
}

/** The length of a period that most have: the line of the level is drawn for it. */
export function usualMonths(periods: readonly Period[]): number | null {
  const counts = new Map<number, number>();
  for (const { months } of periods) if (months > 0) counts.set(months, (counts.get(months) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

/** Whether a period is at its level, or above it where that is what counts. */
export const reaches = (period: Period, level: Level | null): boolean => {
  if (!level || period.effectiveNsv === null || period.months === 0) return false;
  const at = levelFor(level, period.months);
  return period.effectiveNsv > at || (period.effectiveNsv === at && !level.aboveOnly);
};
