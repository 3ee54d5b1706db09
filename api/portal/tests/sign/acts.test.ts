// Every act that people sign has its words for a button in English, and nothing else has.
import { readFileSync, readdirSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { ACTS, act } from "@/sign/acts";

vi.mock("@/shared/i18n", () => ({ language: () => "en", either: ({ en }: { en: string }) => en }));
const folder = new URL("../../src/generated/kinds/", import.meta.url);
const types = readdirSync(folder).flatMap((file) => {
  const kind = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as { events: { type: string; meanings: string[] }[] };
  return kind.events.filter(({ meanings }) => !meanings.every((meaning) => meaning === "system")).map(({ type }) => type);
});

it("names every act that people sign as something to be done", () => {
  const wanted = new Set(types.filter((type) => !/^(ledger|policy)\./.test(type)));
  expect(wanted.size).toBeGreaterThan(100);
  expect([...wanted].filter((type) => !ACTS[type])).toEqual([]);
  expect(act({ type: "warning.closed", zh: "核销", en: "warning closed" })).toBe("Close warning");
  expect(Object.keys(ACTS).filter((type) => !wanted.has(type))).toEqual([]);
});
