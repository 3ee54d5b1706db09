// What stands in lanes.
import type { Look } from "./marks";

/** Something that holds from a day to a day; without an end it still holds and is drawn dashed. */
export interface LaneBar {
  key: string;
  lane: string;
  from: string;
  to: string | null;
  /** What it is, as it is read. */
  label: string;
  /** Written into the bar where it fits. */
  text?: string;
  note?: string;
  link?: string | null;
  colour?: string;
  /** `diagonal` for a gap or an overlap. */
  look?: Look;
}

/** Something that happened on a day; each shape means a state. */
export interface LanePoint {
  key: string;
  lane: string;
  day: string;
  shape: "done" | "open" | "refused" | "late";
  label: string;
  note?: string;
  link?: string | null;
}

/** From one lane to another, with the states of its steps; without an end it is pending and dashed. */
export interface LaneArrow {
  key: string;
  fromLane: string;
  toLane: string;
  from: string;
  to: string | null;
  steps: LanePoint["shape"][];
  label: string;
  note?: string;
  link?: string | null;
}
