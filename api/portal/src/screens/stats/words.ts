// How figures are said: the same words on cards, in bars and along lines.
import { useI18n } from "petite-vue-i18n";
import { addressOf } from "@/patterns/drill";
import { whole } from "@/shared/format";
import { language } from "@/shared/i18n";
import { isRate, moved, type Figure, type Indicator, type Row } from "./figures";

export interface Change {
  text: string;
  way: "up" | "down" | "same";
}

export const percent = (value: number | null): string => (value === null ? "—" : value.toFixed(1));
/** The list behind a number. */
export const to = (row: Row | null | undefined): string | null => addressOf(row?.drill);

export function useFigureWords() {
  const { t } = useI18n();
  /** Part and whole. */
  const partsOf = (indicator: Indicator, { numerator, denominator }: Figure): string =>
    t(isRate(indicator) ? "stats.parts" : "stats.partsGaps", { part: whole(numerator), whole: whole(denominator) });
  /** Part and whole, and how many stand in the list behind it. */
  const noteOf = (indicator: Indicator, found: Figure): string => {
    const late = indicator !== "verification" && isRate(indicator) ? [t("stats.late", { n: whole(found.row?.value ?? 0) })] : [];
    return [partsOf(indicator, found), ...late].join(language() === "en" ? ", " : "，");
  };
  /** How a number moved since the end of the quarter before; in points where it is a rate. */
  const changed = (now: number | null, then: number | null, points: boolean): Change | null => {
    const by = moved(now, then);
    if (by === null) return null;
    const size = points ? String(Math.abs(by)) : whole(Math.abs(by));
    const sign = by > 0 ? "+" : by < 0 ? "−" : "";
    return {
      text: t(points ? "stats.changePoints" : "stats.change", { by: sign + size }),
      way: by > 0 ? "up" : by < 0 ? "down" : "same",
    };
  };
  return { partsOf, noteOf, changed };
}
