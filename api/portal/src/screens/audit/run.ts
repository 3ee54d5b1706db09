// One run of `radledger verify`, as `/audit/run` tells it.
import { login } from "@/shared/session";

export interface Finding {
  position: number;
  check: string;
  expected: string;
  found: string;
  meaning_zh: string;
  meaning_en: string;
}
export interface Report {
  size: number;
  root: string;
  origin: string | null;
  anchor: string;
  proved: number;
  mode: string;
  checks: { name: string; checked: number; findings: number }[];
  findings: Finding[];
  unlisted: number;
  trustworthy_zh: string;
  trustworthy_en: string;
}
export interface Run {
  state: "NONE" | "RUNNING" | "INCOMPLETE" | "CLEAN" | "FINDINGS";
  began_at: string | null;
  ended_at: string | null;
  done: number;
  of: number;
  report: Report | null;
}

/** The run, or the status that came instead of it. */
async function call(method: "GET" | "POST"): Promise<Run | number> {
  const answer = await fetch("/audit/run", { method, headers: { authorization: `Bearer ${login.value?.token ?? ""}` } }).catch(() => null);
  if (!answer) return 0;
  // 409: somebody else's run goes on; it is told.
  return answer.ok || answer.status === 409 ? ((await answer.json()) as Run) : answer.status;
}

export const look = (): Promise<Run | number> => call("GET");
export const start = (): Promise<Run | number> => call("POST");

/** Positions of the log in cells of equal width, and how each fared. */
export function strip(size: number, findings: Finding[], cells = 60): { from: number; to: number; findings: number }[] {
  if (size === 0) return [];
  const width = Math.max(1, Math.ceil(size / cells));
  return Array.from({ length: Math.ceil(size / width) }, (_, index) => {
    const [from, to] = [index * width, Math.min(size, (index + 1) * width)];
    return { from, to, findings: findings.filter(({ position }) => position >= from && position < to).length };
  });
}
