// How values are written for people. Instants are shown in Beijing time, always; doses in mSv.
import { language } from "./i18n";

const BEIJING = "Asia/Shanghai";
const moments = new Intl.DateTimeFormat("sv-SE", { timeZone: BEIJING, dateStyle: "short", timeStyle: "medium" });

/** `2023-05-08 14:03:11` of an instant. */
export const instant = (text: string): string => moments.format(new Date(text));
/** `2023-05-08 14:03` of an instant. */
export const minute = (text: string): string => instant(text).slice(0, 16);
/** The civil day of now in Beijing. */
export const today = (): string => instant(new Date().toISOString()).slice(0, 10);

/** Whole days from one civil date to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);

/** The civil date so many days later. */
export const addDays = (from: string, days: number): string =>
  new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

/** A whole number with separators. */
export const whole = (value: number | string): string =>
  new Intl.NumberFormat(language()).format(typeof value === "string" ? BigInt(value) : value);

/** A length in bytes, as people say it. */
export function size(bytes: number | string): string {
  const [unit, of] = Number(bytes) < 1024 * 1024 ? (["KB", 1024] as const) : (["MB", 1024 * 1024] as const);
  return `${new Intl.NumberFormat(language(), { maximumFractionDigits: 1 }).format(Math.max(0.1, Number(bytes) / of))} ${unit}`;
}

/** A position of the ledger, as people say it. */
export const position = (value: string | number): string => `#${whole(value)}`;

/** mSv of nanosievert, up to three decimals and no more zeros than needed. */
export function msv(nsv: string | number): string {
  const value = Number(nsv) / 1e6;
  return new Intl.NumberFormat(language(), { maximumFractionDigits: 3, minimumFractionDigits: 2 }).format(value);
}

/** Supervision areas of the city by their code; a code that is not here is shown as it is. */
const AREAS: Record<string, readonly [string, string]> = {
  "511502": ["翠屏区", "Cuiping"],
  "511503": ["南溪区", "Nanxi"],
  "511504": ["叙州区", "Xuzhou"],
  "511523": ["江安县", "Jiang'an"],
  "511524": ["长宁县", "Changning"],
  "511525": ["高县", "Gaoxian"],
  "511526": ["珙县", "Gongxian"],
  "511527": ["筠连县", "Junlian"],
  "511528": ["兴文县", "Xingwen"],
  "511529": ["屏山县", "Pingshan"],
  "5115SJ": ["三江新区", "Sanjiang"],
};
export const AREA_CODES = Object.keys(AREAS);
export const area = (code: string | null | undefined): string => (code ? (AREAS[code]?.[language() === "en" ? 1 : 0] ?? code) : "—");
