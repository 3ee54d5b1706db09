// Rows that are ticked: those of the page, then all that match, and never one that may not be acted upon.
import { nextTick, shallowRef } from "vue";
import { describe, expect, it } from "vitest";
import { useSelection } from "@/patterns/selection";

interface Row {
  id: string;
  open: boolean;
}
const row = (id: string, open = true): Row => ({ id, open });

describe("a selection", () => {
  const page = shallowRef<Row[]>([row("a"), row("b", false), row("c")]);
  const all = [row("a"), row("b", false), row("c"), row("d"), row("e", false)];
  const asked: number[] = [];
  const unread = { code: "E-NETWORK", zh: "", en: "" };
  let broken = false;
  const selection = useSelection<Row>(
    () => page.value,
    () =>
      ({ open }) =>
        open,
    (most) => {
      asked.push(most);
      return Promise.resolve({ rows: broken ? [] : all, failure: broken ? unread : null });
    },
  );
  const ids = (): string => selection.rows.value.map(({ id }) => id).join("");

  it("takes the page, and what may not be acted upon is left out", () => {
    selection.togglePage();
    expect([ids(), selection.whole.value]).toEqual(["ac", true]);
    selection.toggle(row("b", false));
    expect(ids()).toBe("ac");
    selection.toggle(row("a"));
    expect([ids(), selection.whole.value]).toEqual(["c", false]);
  });
  it("takes all that match as a step of its own", async () => {
    await selection.takeAll();
    expect(ids()).toBe("cad");
    expect(asked).toEqual([500]);
  });
  it("says when they could not be read, and keeps what is ticked", async () => {
    broken = true;
    await selection.takeAll();
    expect([ids(), selection.failure.value?.code, selection.busy.value]).toEqual(["cad", "E-NETWORK", false]);
    broken = false;
    await selection.takeAll();
    expect(selection.failure.value).toBeNull();
  });
  it("stays over pages, and lets go of what changed meanwhile", async () => {
    page.value = [row("x")];
    await nextTick();
    expect(ids()).toBe("cad");
    page.value = [row("a", false), row("c")];
    await nextTick();
    expect(ids()).toBe("dc");
    selection.clear();
    expect(ids()).toBe("");
  });
});
