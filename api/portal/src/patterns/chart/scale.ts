// Scales and sums of the charts. Bars begin at zero, ticks are round, and days are laid out by their number.
import { scaleBand, scaleLinear, type ScaleBand, type ScaleLinear } from "d3-scale";

/** A scale from zero to something round above every value. */
export function fromZero(values: (number | null)[], range: [number, number], atLeast = 0): ScaleLinear<number, number> {
  const top = Math.max(atLeast, 0, ...values.filter((value): value is number => value !== null));
  return scaleLinear()
    .domain([0, top === 0 ? 1 : top])
    .nice(4)
    .range(range);
}

/** A scale of a percentage that need not begin at zero: for lines and dots only, never for bars. */
export function around(values: (number | null)[], range: [number, number], floor = 0, ceiling = Infinity): ScaleLinear<number, number> {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0)
    return scaleLinear()
      .domain([floor, floor + 1])
      .range(range);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = (high - low || Math.abs(high) || 1) * 0.15;
  const scale = scaleLinear()
    .domain([Math.max(floor, low - room), Math.min(ceiling, high + room)])
    .nice(4);
  const [from = 0, to = 1] = scale.domain();
  return scale.domain([Math.max(floor, from), Math.min(ceiling, to)]).range(range);
}

/** Whole numbers only where numbers are counts. */
export const ticks = (scale: ScaleLinear<number, number>, wanted = 4): number[] => {
  const found = scale.ticks(wanted);
  const [from = 0, to = 1] = scale.domain();
  return to - from >= 3 ? found.filter((tick) => Number.isInteger(tick) || to - from < 10) : found;
};

export const bands = (keys: string[], range: [number, number], padding = 0.25): ScaleBand<string> =>
  scaleBand<string>()
    .domain(keys)
    .range(range)
    .paddingInner(padding)
    .paddingOuter(padding / 2);

/** The parts of a column from below: where each begins and ends. */
export function stack(values: (number | null)[]): [number, number][] {
  let sum = 0;
  return values.map((value) => {
    const from = sum;
    sum += value ?? 0;
    return [from, sum];
  });
}

/** Number of a civil day. */
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day.slice(0, 10)}T00:00:00Z`) / 86_400_000);
export const dayOf = (number: number): string => new Date(number * 86_400_000).toISOString().slice(0, 10);

/** A scale of civil days with its ticks: years where they are many, else months. */
export function days(
  from: string,
  to: string,
  range: [number, number],
): { at: (day: string) => number; ticks: { x: number; text: string }[] } {
  const scale = scaleLinear()
    .domain([dayNumber(from), Math.max(dayNumber(to), dayNumber(from) + 1)])
    .range(range);
  const years = (dayNumber(to) - dayNumber(from)) / 365;
  const every = years > 2.5 ? 12 : years > 1 ? 3 : 1;
  const found: { x: number; text: string }[] = [];
  let year = Number(from.slice(0, 4));
  let month = Math.floor((Number(from.slice(5, 7)) - 1) / every) * every;
  for (let turn = 0; turn < 400; turn++) {
    const day = `${year}-${String(month + 1).padStart(2, "0")}-01`;
    if (day > to) break;
    if (day >= from) found.push({ x: scale(dayNumber(day)), text: every === 12 ? String(year) : day.slice(0, 7) });
    month += every;
    if (month > 11) {
      month -= 12;
      year += 1;
    }
  }
  return { at: (day) => scale(Math.max(dayNumber(from), Math.min(dayNumber(day), dayNumber(to)))), ticks: found };
}

/** Ticks that have room beside each other, from the last one back: the newest is always named. */
export function roomy<T>(all: T[], pixels: number, each: number): T[] {
  const every = Math.max(1, Math.ceil((all.length * each) / Math.max(pixels, 1)));
  return all.filter((_, at) => (all.length - 1 - at) % every === 0);
}

/** About how wide a text is at 12 px: a Chinese character is as wide as it is high. */
export const widthOf = (text: string, size = 12): number =>
  [...text].reduce((sum, letter) => sum + (letter.charCodeAt(0) > 0x2e80 ? size : size * 0.58), 0);

/** A text in as much room as there is; the whole of it stands in the table and in what is read. */
export function fitted(text: string, pixels: number): string {
  if (widthOf(text) <= pixels) return text;
  let kept = "";
  for (const letter of text) {
    if (widthOf(`${kept}${letter}…`) > pixels) break;
    kept += letter;
  }
  return `${kept}…`;
}

/** Which of five steps a value is in, from the smallest to the greatest of all; 0 is the lightest. */
export function stepOf(value: number, all: number[]): number {
  const [low, high] = [Math.min(...all), Math.max(...all)];
  return high === low ? 0 : Math.min(4, Math.floor(((value - low) / (high - low)) * 5));
}
