// For which party somebody acts in a transfer, and what he may sign there.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { partiesOf, type Told } from "@/screens/transfers/case";
import { givenByCase, transferActions, type Case } from "@/screens/transfers/way";

let roles: string[] = [];
vi.mock("@/shared/session", () => ({ acts: (...wanted: string[]) => wanted.some((role) => roles.includes(role)) }));
vi.mock("@/shared/format", () => ({ area: (code: string) => code }));
beforeEach(() => (roles = []));

const side = (recordId: string, area: string) => ({ recordId, label: recordId, area });
const told = (type: string, to = "330103"): Told => ({
  members: {
    type: { code: type },
    by: { code: "RECEIVING" },
    state: { code: "OPEN" },
    step: { code: "RELEASING_INST" },
    fromArea: null,
    toArea: null,
    outside: null,
    historyByHand: false,
  },
  releasing: side("old", "330102"),
  receiving: side("new", to),
  chain: null,
});
const at = (step: string, rest: Partial<Case> = {}): Case => ({
  type: "C",
  state: "OPEN",
  step,
  ruled: false,
  late: true,
  parties: [],
  ...rest,
});

describe("the party", () => {
  it("is that of one's own institution or county; the city is none", () => {
    expect(partiesOf(told("C"), [{ org: "new", area: "330103" }], false)).toEqual(["RECEIVING"]);
    expect(partiesOf(told("C"), [{ org: "old", area: null }], false)).toEqual(["RELEASING"]);
    expect(partiesOf(told("C"), [{ org: null, area: "330102" }], false)).toEqual(["RELEASING_COUNTY"]);
    expect(partiesOf(told("B", "330102"), [{ org: null, area: "330102" }], false)).toEqual(["RELEASING_COUNTY", "RECEIVING_COUNTY"]);
    expect(partiesOf(told("C"), [{ org: null, area: null }], false)).toEqual([]);
    expect(partiesOf(told("C"), [{ org: "other", area: null }], true)).toEqual(["WORKER"]);
  });
  it("stands in what is signed", () => {
    roles = ["I_RPO"];
    const given = givenByCase(at("HANDED_OVER", { parties: ["RECEIVING"] }));
    expect(given["transfer.completed"]).toEqual({ by: "RECEIVING" });
    expect(given["transfer.disputed"]).toEqual({ by: "RECEIVING" });
    expect(given["transfer.reminded"]).toEqual({ step: "HANDED_OVER", by: "RECEIVING" });
    // The city asks in no party's name.
    expect(givenByCase(at("RELEASING_INST"))["transfer.reminded"]).toEqual({ step: "RELEASING_INST" });
  });
});

describe("reminding", () => {
  const reminds = (step: string, parties: Case["parties"], rest: Partial<Case> = {}): boolean =>
    transferActions(at(step, { parties, ...rest })).includes("transfer.reminded");
  it("is open to who waits and to the city, not to who holds the step", () => {
    roles = ["I_RPO"];
    expect(reminds("RELEASING_INST", ["RECEIVING"])).toBe(true);
    expect(reminds("RELEASING_INST", ["RELEASING"])).toBe(false);
    expect(reminds("RELEASING_INST", [])).toBe(false);
    expect(reminds("RELEASING_INST", ["RECEIVING"], { late: false })).toBe(false);
    roles = ["T_SUP"];
    expect(reminds("RELEASING_INST", [])).toBe(true);
    expect(reminds("CITY", [], { type: "D" })).toBe(false);
  });
});

describe("the receipt", () => {
  const signs = (type: string, parties: Case["parties"]): boolean =>
    transferActions(at("HANDED_OVER", { type, parties })).includes("transfer.completed");
  it("is signed by the new employer, or by the worker or the county where the file leaves", () => {
    roles = ["I_RPO"];
    expect(signs("C", ["RECEIVING"])).toBe(true);
    expect(signs("C", ["RELEASING"])).toBe(false);
    expect(signs("D", ["RELEASING"])).toBe(false);
    expect(signs("D", ["WORKER"])).toBe(true);
    expect(signs("G", ["RELEASING_COUNTY"])).toBe(true);
  });
});
