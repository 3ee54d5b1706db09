// The investigation level of a period: its share, by months, of the yearly one that the city has set. Nothing is known here
// but what the ledger says: without a setting there is no level, and no line is drawn.
import { today } from "@/shared/format";

interface Parameters {
  parameters: { nodes: { label: string; members: { settings: { value: string; fromDay: string; source: string }[] } }[] } | null;
}

export interface Level {
  /** Of a year, in nSv. */
  yearNsv: number;
  /** Whether only what is above counts, not what is at it. */
  aboveOnly: boolean;
  source: string;
  fromDay: string;
}

/** The level in force on a day: the setting that began last by then, else the first that there is. */
export function levelOf(answer: Parameters | null | undefined, on: string = today()): Level | null {
  const settings = (name: string): { value: string; fromDay: string; source: string }[] =>
    answer?.parameters?.nodes.find(({ label }) => label === name)?.members.settings ?? [];
  const inForce = (name: string): { value: string; fromDay: string; source: string } | undefined =>
    settings(name)
      .filter(({ fromDay }) => fromDay <= on)
      .sort((a, b) => (a.fromDay < b.fromDay ? -1 : 1))
      .at(-1) ?? settings(name)[0];
  const yearly = inForce("IL_ANNUAL");
  if (!yearly) return null;
  return { yearNsv: Number(yearly.value), aboveOnly: inForce("IL_COMPARE")?.value === "1", source: yearly.source, fromDay: yearly.fromDay };
}

/** The level of a period of so many months, in nSv. */
export const levelFor = (level: Level, months: number | string): number => (level.yearNsv * Number(months)) / 12;

/** What a result without a value says. */
export const WITHOUT = new Set(["LOST", "DAMAGED", "REJECTED"]);
/** Whether a value was assigned instead of measured. */
export const isNominal = (flag: string): boolean => flag.startsWith("NOMINAL");

export type Judgement = "missing" | "reached" | "normal" | "none";

/** How a result stands to the level of its period. */
export function judge(
  result: { effectiveNsv: string | null; nominalMonths: string; flag: { code: string } },
  level: Level | null,
): Judgement {
  if (WITHOUT.has(result.flag.code)) return "missing";
  if (result.effectiveNsv === null || !level) return "none";
  const [dose, at] = [Number(result.effectiveNsv), levelFor(level, result.nominalMonths)];
  return dose > at || (dose === at && !level.aboveOnly) ? "reached" : "normal";
}
