// What every part of the statistics home is about: a day, an area or all of them, and the moment at which it is read.
import { NOT_OVER } from "@/patterns/states";
import { endOf, RULES } from "./figures";

/** Variables of a question at the moment of the page. */
export interface Scope {
  area?: string;
  asOf?: string;
  asOfTime?: string;
}
export interface Place {
  /** The civil day of the moment; null until the ledger has said when a position was. */
  day: string | null;
  scope: Scope;
}

const RED = [
  { dimension: "state", anyOf: NOT_OVER },
  { dimension: "grade", anyOf: ["RED"] },
  { dimension: "rule", anyOf: Object.values(RULES) },
];
/** Conditions of warnings that are not over. */
export const OPEN = [{ dimension: "state", anyOf: NOT_OVER }];

/** What the rates are computed from, on a day: all in one, or by area. */
export const baseOf = (on: string, scope: Scope, byArea: boolean) => ({
  on,
  by: byArea ? ["area"] : [],
  byRule: byArea ? ["area", "rule"] : ["rule"],
  late: RED,
  ...scope,
});

/** The scope as it was at the end of a day that is over. */
export const atEndOf = (day: string, { area }: Scope): Scope => ({ ...(area ? { area } : {}), asOfTime: endOf(day) });

/** Conditions of institutions that do radiological work and have not ended. */
export const INSTITUTIONS = [
  { dimension: "kinds", anyOf: ["RAD"] },
  { dimension: "state", anyOf: ["ACTIVE", "SUSPENDED_BUSINESS"] },
];
