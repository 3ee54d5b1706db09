// P-CHART: what a chart is made of. A mark is one thing that can be read and opened; the drawing, the data table, the
// CSV file and the keyboard all walk the same marks, so that none of them can say something else.
import type { InjectionKey, Ref } from "vue";
import { GRADES, type Grade } from "@/patterns/states";

/** How a mark is filled: never by colour alone. */
export type Look = "solid" | "diagonal" | "dots" | "cross" | "outline" | "grid";

/** One thing of a chart. */
export interface Mark {
  /** Unique within the chart. */
  key: string;
  /** What it is about: an area, a period, a band. */
  label: string;
  /** Null where there is none: a gap is drawn as a gap, never as zero. */
  value: number | null;
  /** The value as it is read, without its unit. */
  text: string;
  /** Numerator and denominator, a reason for a gap, an old value. */
  note?: string;
  /** Address of what is behind it. */
  to?: string | null;
  /** Fill; that of its series when absent. */
  look?: Look;
  /** Colour variable; that of its series when absent. */
  colour?: string;
  /** Value before a correction: drawn as a notch. */
  was?: number;
  /** Column or row that it stands in, for the arrows of the keyboard. */
  group?: string;
}

/** A series: at most six, told apart by pattern as well as colour. */
export interface Series {
  key: string;
  label: string;
  /** Name of a colour variable, such as `--series-1`. */
  colour: string;
  look: Look;
}

/** A line at a value that means something; its label stands at its end. */
export interface Limit {
  value: number;
  label: string;
}

/** Which moment the numbers are of. */
export interface Source {
  position: string | null;
  note?: string;
}

/** Six series as they are told apart. */
const LOOKS: Look[] = ["solid", "diagonal", "dots", "cross", "outline", "grid"];
export const series = (labels: { key: string; label: string }[]): Series[] =>
  labels.slice(0, LOOKS.length).map((given, at) => ({ ...given, colour: `--series-${at + 1}`, look: LOOKS[at] ?? "solid" }));

/** The four grades of warnings as series. */
const GRADE_LOOKS: Record<Grade, { colour: string; look: Look }> = {
  RED: { colour: "--red", look: "solid" },
  ORANGE: { colour: "--orange", look: "diagonal" },
  YELLOW: { colour: "--yellow", look: "dots" },
  BLUE: { colour: "--blue", look: "outline" },
};
export const gradeSeries = (name: (grade: Grade) => string): Series[] =>
  GRADES.map((grade) => ({ key: grade, label: name(grade), ...GRADE_LOOKS[grade] }));

/** A table twin of a chart. */
export interface Table {
  head: string[];
  /** `to` is what the first cell opens, `links` what each of the others does. */
  rows: { cells: string[]; to?: string | null; links?: (string | null)[] }[];
}

/** What the frame tells the marks in it. */
export interface Reading {
  /** Key of the mark that the keyboard is at. */
  current: Ref<string>;
  /** Key of the mark that is read aloud. */
  read: Ref<string | null>;
  /** Begins the names of the patterns of this chart. */
  id: string;
}
export const READING: InjectionKey<Reading> = Symbol("chart");

/** The fill of a mark: the colour itself, or one of the patterns of the chart. */
export const fillOf = (id: string, colour: string, look: Look): string =>
  look === "solid" ? `var(${colour})` : `url(#${patternOf(id, colour, look)})`;
export const patternOf = (id: string, colour: string, look: Look): string => `${id}${colour}-${look}`;

/** Where an arrow key goes from a mark: along its group, or to the same place of the next group. */
export function step(marks: Mark[], from: string, key: string): string | null {
  const at = marks.findIndex((mark) => mark.key === from);
  const current = marks[at];
  if (!current) return marks[0]?.key ?? null;
  if (key === "Home") return marks[0]?.key ?? null;
  if (key === "End") return marks.at(-1)?.key ?? null;
  const forward = key === "ArrowRight" || key === "ArrowDown";
  const across = key === "ArrowRight" || key === "ArrowLeft";
  const groups = [...new Set(marks.map((mark) => mark.group ?? mark.key))];
  const mine = current.group ?? current.key;
  const inGroup = marks.filter((mark) => (mark.group ?? mark.key) === mine);
  if (inGroup.length > 1 && !across) {
    // Columns are stacked from below: up is the next one.
    const place = inGroup.indexOf(current) + (forward ? -1 : 1);
    return inGroup[place]?.key ?? from;
  }
  const next = groups[groups.indexOf(mine) + (forward ? 1 : -1)];
  if (next === undefined) return from;
  const there = marks.filter((mark) => (mark.group ?? mark.key) === next);
  return there[Math.min(inGroup.indexOf(current), there.length - 1)]?.key ?? from;
}

/** A chart of fewer values than this is a table only. */
const ENOUGH = 3;
export const isEnough = (marks: Mark[]): boolean => marks.filter((mark) => mark.value !== null).length >= ENOUGH;
