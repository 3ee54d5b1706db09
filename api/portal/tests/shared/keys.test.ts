// Single letters are commands (P-KEYS), except where somebody writes.
import { effectScope } from "vue";
import { beforeEach, describe, expect, it } from "vitest";
import { press, useKeys } from "@/shared/keys";
import { settings } from "@/shared/settings";

const within = (selector: string | null): { closest: (asked: string) => object | null } => ({
  closest: (asked) => (selector !== null && asked.split(", ").some((one) => one.startsWith(selector)) ? {} : null),
});
const key = (name: string, more: object = {}): KeyboardEvent => ({ key: name, target: within(null), ...more }) as unknown as KeyboardEvent;

describe("a key", () => {
  const done: string[] = [];
  beforeEach(() => {
    done.length = 0;
    settings.keys = true;
  });
  const scope = effectScope();
  scope.run(() =>
    useKeys({ j: () => done.push("page j"), "g w": () => done.push("warnings"), w: () => done.push("w"), Escape: () => done.push("esc") }),
  );

  it("is answered by the newest that knows it, while that is there", () => {
    const part = effectScope();
    part.run(() => useKeys({ j: () => done.push("part j") }));
    expect(press(key("j"))).toBe(true);
    part.stop();
    expect(press(key("j"))).toBe(true);
    expect(press(key("q"))).toBe(false);
    expect(done).toEqual(["part j", "page j"]);
  });
  it("may be the second of two", () => {
    press(key("g"));
    press(key("w"));
    press(key("w"));
    press(key("g"));
    press(key("q"));
    press(key("w"));
    expect(done).toEqual(["warnings", "w", "w"]);
  });
  it("is none while somebody writes, composes, holds a modifier or has a dialog open", () => {
    for (const more of [
      { target: within("input") },
      { target: within("textarea") },
      { target: within("[role=dialog]") },
      { isComposing: true },
      { keyCode: 229 },
      { ctrlKey: true },
      { metaKey: true },
      { altKey: true },
    ])
      expect(press(key("j", more)), JSON.stringify(Object.keys(more))).toBe(false);
    expect(done).toEqual([]);
  });
  it("is none when they are switched off, but for Esc", () => {
    settings.keys = false;
    expect(press(key("j"))).toBe(false);
    expect(press(key("Escape"))).toBe(true);
    expect(done).toEqual(["esc"]);
  });
});
