// The clock of a warning: who is told next, on which day, and how long that is away. The law gives two clocks: a grade that
// rises on the day after a due day, and a red warning that nobody acknowledges within three working days.
import { addDays, daysBetween } from "@/shared/format";
import { reaches } from "./why";

/** Working days within which a red warning is acknowledged. */
const UNANSWERED_WORKDAYS = 3;

export interface Ticking {
  state: string;
  grade: string;
  dueOn: string | null;
  redSince: string | null;
  withCity: boolean;
}
/** Somebody who is told, and from which grade on. */
export interface Told {
  who: string;
  from: string;
}

export type Clock =
  /** Nothing is counted while it is suspended, waived, disputed, submitted or over. */
  | { runs: false }
  /** `who` are told on `on`: so many days away, and for a limit in working days so many of those. */
  | { runs: true; why: "red" | "city"; who: string[]; on: string; days: number; workdays: number | null };

/** Special days of the State Council's tables: those off, and those worked. */
export type Calendar = ReadonlyMap<string, "off" | "work">;

export const isWorkday = (day: string, calendar: Calendar): boolean => {
  const special = calendar.get(day);
  return special ? special === "work" : ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());
};

/** The `count`th working day after a day. */
export function addWorkdays(day: string, count: number, calendar: Calendar): string {
  let at = day;
  for (let left = count; left > 0; left -= Number(isWorkday(at, calendar))) at = addDays(at, 1);
  return at;
}

/** Working days after one day, up to and with another. */
export function workdaysBetween(from: string, until: string, calendar: Calendar): number {
  let count = 0;
  for (let at = addDays(from, 1); at <= until; at = addDays(at, 1)) count += Number(isWorkday(at, calendar));
  return count;
}

/** What happens next to a warning when nobody does anything; null when nothing does. */
export function clockOf(
  { state, grade, dueOn, redSince, withCity }: Ticking,
  told: readonly Told[],
  day: string,
  calendar: Calendar,
): Clock | null {
  if (["SUSPENDED", "WAIVED", "PENDING_CLOSE", "CLEARED", "CLOSED"].includes(state)) return { runs: false };
  if (grade === "RED") {
    if (state !== "OPEN" || withCity || !redSince) return null;
    const last = addWorkdays(redSince, UNANSWERED_WORKDAYS, calendar);
    const on = addDays(last, 1);
    const workdays = Math.max(0, workdaysBetween(day, last, calendar));
    return { runs: true, why: "city", who: ["city"], on, days: daysBetween(day, on), workdays };
  }
  if (!dueOn || dueOn < day) return null;
  const on = addDays(dueOn, 1);
  const who = told.filter(({ from }) => !reaches(grade, from) && reaches("RED", from)).map((one) => one.who);
  return { runs: true, why: "red", who, on, days: daysBetween(day, on), workdays: null };
}
