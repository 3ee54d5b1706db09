// The arithmetic of the statistics home: shares in tenths of a percent, half up; ends of months and quarters; what can be
// said of a row of numbers in one sentence.
import type { StatRowFragment, StatsBaseQuery } from "@/generated/api/graphql";

export type Row = StatRowFragment;

/** What the rates are read from: red warnings of these rules that are not over. */
export const RULES = { exam: "W-HLT-02", training: "W-TRN-02", deviceTest: "W-DEV-01", gaps: "W-DOSE-12" } as const;
export type Indicator = keyof typeof RULES | "verification";
export const INDICATORS: Indicator[] = ["exam", "training", "verification", "deviceTest", "gaps"];
/** Percent for rates; warnings of every hundred posts for gaps, of which somebody can have several. */
export const isRate = (indicator: Indicator): boolean => indicator !== "gaps";

/** Percent with one decimal, half up; nothing of nothing is no number. */
export const share = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.floor((2000 * part + whole) / (2 * whole)) / 10;

/** One figure: its value, the part and the whole that it is computed from, and the row whose list is behind it. */
export interface Figure {
  value: number | null;
  numerator: number;
  denominator: number;
  /** Those that are late, with their list; the list of those verified for a verification rate. */
  row: Row | null;
}

/** Rows that figures are computed from. */
export interface Base {
  posts: readonly Row[];
  devices: readonly Row[];
  late: readonly Row[];
  verified: readonly Row[];
}

/** The rows of an answer; none of what is not there yet. */
export const rowsOf = (answer: StatsBaseQuery | null | undefined): Base => ({
  posts: answer?.posts?.rows ?? [],
  devices: answer?.devices?.rows ?? [],
  late: answer?.late?.rows ?? [],
  verified: answer?.verified?.rows ?? [],
});
/** The rows of an answer that is whole; null otherwise, since a part of it would be another figure. */
export const baseOfAnswer = (answer: StatsBaseQuery | null | undefined): Base | null =>
  answer?.posts && answer.devices && answer.late && answer.verified ? rowsOf(answer) : null;

const total = (rows: readonly Row[]): number => rows.reduce((sum, { value }) => sum + Number(value), 0);

/** An indicator of an area, or of everything that the rows are about. */
export function figure(indicator: Indicator, base: Base, area?: string): Figure {
  const here = (rows: readonly Row[]): readonly Row[] => (area === undefined ? rows : rows.filter((row) => row.area === area));
  if (indicator === "verification") {
    const rows = here(base.verified);
    const [numerator, denominator] = [
      rows.reduce((sum, row) => sum + Number(row.numerator ?? 0), 0),
      rows.reduce((sum, row) => sum + Number(row.denominator ?? 0), 0),
    ];
    return { value: share(numerator, denominator), numerator, denominator, row: rows.length === 1 ? (rows[0] ?? null) : null };
  }
  const late = here(base.late).filter(({ values }) =>
    values.some(({ dimension, value }) => dimension === "rule" && value === RULES[indicator]),
  );
  const [part, whole] = [total(late), total(here(indicator === "deviceTest" ? base.devices : base.posts))];
  const row = late.length === 1 ? (late[0] ?? null) : null;
  // More late than there are posts cannot be a share; it is shown as nothing rather than below zero.
  if (isRate(indicator))
    return { value: part > whole ? null : share(whole - part, whole), numerator: whole - part, denominator: whole, row };
  return { value: share(part, whole), numerator: part, denominator: whole, row };
}

const two = (number: number): string => String(number).padStart(2, "0");
const lastOf = (year: number, month: number): string => `${year}-${two(month)}-${two(new Date(Date.UTC(year, month, 0)).getUTCDate())}`;

/** The last days of so many months before the one of this day, the oldest first. */
export function monthEnds(day: string, count: number): string[] {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
  return Array.from({ length: count }, (_, at) => months - count + at).map((month) => lastOf(Math.floor(month / 12), (month % 12) + 1));
}

/** The last days of so many quarters before the one of this day, the oldest first. */
export function quarterEnds(day: string, count: number): string[] {
  const quarters = Number(day.slice(0, 4)) * 4 + Math.floor((Number(day.slice(5, 7)) - 1) / 3);
  return Array.from({ length: count }, (_, at) => quarters - count + at).map((quarter) =>
    lastOf(Math.floor(quarter / 4), (quarter % 4) * 3 + 3),
  );
}

/** Year and number of the quarter of a day. */
export const quarterOf = (day: string): { year: string; quarter: number } => ({
  year: day.slice(0, 4),
  quarter: Math.floor((Number(day.slice(5, 7)) - 1) / 3) + 1,
});

/** The last instant of a civil day in Beijing, as the contract writes instants. */
export const endOf = (day: string): string => `${day}T15:59:59.999999Z`;

/** Intervals of the annual dose, as the ledger names them. */
export const BANDS = ["<MDL", "[MDL,0.5)", "[0.5,1)", "[1,2)", "[2,5)", "[5,10)", "[10,15)", "[15,20]", "(20,50]", ">50"];
/** Those below 1 mSv. */
export const LOW_BANDS = BANDS.slice(0, 3);
/** Those above the five-year mean of the limit. */
export const HIGH_BANDS = BANDS.slice(8);

/** The greatest and the least of named values; null when there is nothing to compare. */
export function ends<T extends { label: string; value: number | null }>(marks: readonly T[]): { top: T; bottom: T } | null {
  const known = marks.filter(({ value }) => value !== null);
  const [first] = known;
  if (!first) return null;
  return {
    top: known.reduce((best, mark) => ((mark.value ?? 0) > (best.value ?? 0) ? mark : best), first),
    bottom: known.reduce((worst, mark) => ((mark.value ?? 0) < (worst.value ?? 0) ? mark : worst), first),
  };
}

/** From the first known value to the last: up, down or the same. */
export function trend(values: readonly (number | null)[]): { from: number; to: number; way: "up" | "down" | "same" } | null {
  const known = values.filter((value): value is number => value !== null);
  const [from, to] = [known[0], known.at(-1)];
  if (from === undefined || to === undefined) return null;
  return { from, to, way: to > from ? "up" : to < from ? "down" : "same" };
}

/** How a number moved, rounded as it is shown. */
export const moved = (now: number | null, before: number | null): number | null =>
  now === null || before === null ? null : Math.round((now - before) * 10) / 10;
