// The clock of a warning. What becomes of it when nobody does anything the service computes by its rule; here is whom that
// reaches who was not told before.
import { reaches } from "./why";

/** What becomes of a warning: the first day, the grade that it then has (none where it goes to the city), and the working days left. */
export interface Ahead {
  on: string;
  grade: { code: string } | null;
  workdays: number;
}
/** Somebody who is told, and from which grade on. */
export interface Told {
  who: string;
  from: string;
}

/** Who hears of it only then. */
export const toldNext = (grade: string, ahead: Ahead, told: readonly Told[]): string[] =>
  ahead.grade === null
    ? ["city"]
    : told.filter(({ from }) => !reaches(grade, from) && reaches(ahead.grade!.code, from)).map(({ who }) => who);
