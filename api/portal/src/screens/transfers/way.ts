// The way of a transfer: which steps it takes, who holds each, and what may be signed at it. The ledger judges again; this
// shows what lies ahead and keeps out of the menu what would be refused anyway.
import { acts } from "@/shared/session";

export type Party = "RELEASING" | "RECEIVING" | "WORKER" | "RELEASING_COUNTY" | "RECEIVING_COUNTY";

export interface Course {
  type: string;
  by: string;
  sameCounty: boolean;
  byHand: boolean;
}

/** The steps in their order. */
export function steps({ type, by, sameCounty, byHand }: Course): string[] {
  switch (type) {
    case "A":
      return ["RELEASING_INST"];
    case "B":
      return ["WORKER_CONSENT", "RELEASING_INST", "RECEIVING_INST", "RECEIVING_COUNTY", "PACKAGING", "HANDED_OVER"];
    case "C":
      return ["WORKER_CONSENT", "RELEASING_INST", "RELEASING_COUNTY", "RECEIVING_INST", "RECEIVING_COUNTY", "PACKAGING", "HANDED_OVER"];
    case "D":
      return ["WORKER_CONSENT", "RELEASING_INST", "RELEASING_COUNTY", "CITY", "PACKAGING", "HANDED_OVER"];
    case "E":
      return ["WORKER_CONSENT", "RECEIVING_INST", "RECEIVING_COUNTY", ...(byHand ? ["CITY"] : [])];
    case "F":
      return ["WORKER_CONSENT", "RELEASING_COUNTY", "RECEIVING_INST", "RECEIVING_COUNTY", "PACKAGING", "HANDED_OVER"];
    case "G":
      return [...(by === "RELEASING_COUNTY" ? [] : ["RELEASING_INST"]), "RELEASING_COUNTY", "PACKAGING", "HANDED_OVER"];
    case "H":
      return ["WORKER_CONSENT", "RELEASING_INST", "RECEIVING_INST", ...(sameCounty ? [] : ["RECEIVING_COUNTY"])];
    default:
      return [];
  }
}

/** Whether it ends with another custodian. */
export const movesCustody = (type: string): boolean => !["A", "H"].includes(type);

/** Who holds a step. */
export function holder(step: string, type: string): Party | "CITY" {
  switch (step) {
    case "WORKER_CONSENT":
      return "WORKER";
    case "RELEASING_INST":
      return "RELEASING";
    case "RELEASING_COUNTY":
    case "PACKAGING":
      return "RELEASING_COUNTY";
    case "RECEIVING_INST":
      return "RECEIVING";
    case "RECEIVING_COUNTY":
      return "RECEIVING_COUNTY";
    case "CITY":
      return "CITY";
    default:
      // The receipt: of the new employer, or of the county that let the file go.
      return ["D", "G"].includes(type) ? "RELEASING_COUNTY" : "RECEIVING";
  }
}

export interface Case {
  type: string;
  state: string;
  step: string;
  ruled: boolean;
  /** It waits at its step for longer than that may take. */
  late: boolean;
  /** For which parties the reader may speak; none for the city and for those who are no party. */
  parties: Party[];
}
const UNIT = ["I_HEAD", "I_RPO"];
const COUNTY = ["C_APPR", "C_SUP"];
const CITY = ["T_APPR", "T_SUP"];
const DECIDES: Record<string, string[]> = {
  RELEASING_INST: UNIT,
  RECEIVING_INST: UNIT,
  RELEASING_COUNTY: ["C_APPR"],
  RECEIVING_COUNTY: ["C_APPR"],
  CITY: ["T_APPR"],
};
const ACTS_ABOVE: Record<string, string[]> = {
  RELEASING_INST: ["T_APPR", "C_APPR"],
  RELEASING_COUNTY: ["T_APPR"],
  RECEIVING_COUNTY: ["T_APPR"],
};

/** Who signs the receipt. */
const receivers = (type: string): Party[] => (["D", "G"].includes(type) ? ["WORKER", "RELEASING_COUNTY"] : ["RECEIVING"]);

/** What the case says already: the step that is decided on; and what the reader is: who consents and how, for which party. */
export function givenByCase({ type, step, parties }: Case): Record<string, Record<string, string>> {
  const at = Object.fromEntries(
    ["approved", "rejected", "returned", "substituted", "suspended", "resumed"].map((act) => [`transfer.${act}`, { step }]),
  );
  const how = { how: acts("W_SELF") ? "SELF" : "PAPER" };
  const by = (party: Party | undefined): Record<string, string> => (party ? { by: party } : {});
  const [party] = parties;
  return {
    ...at,
    "transfer.consent_signed": how,
    "transfer.consent_refused": how,
    "transfer.completed": by(parties.find((party) => receivers(type).includes(party))),
    "transfer.reminded": { step, ...by(party) },
    "transfer.disputed": by(party),
    "transfer.practice_ended": by(party),
  };
}

export function transferActions({ type, state, step, ruled, late, parties }: Case): string[] {
  const open = state === "OPEN";
  const decides = open && acts(...(DECIDES[step] ?? []));
  const party = parties.length > 0 && acts(...UNIT, "C_APPR", "W_SELF");
  const held = holder(step, type);
  // Nobody reminds himself.
  const waits = held === "CITY" ? parties.length > 0 : !parties.includes(held) && (parties.length > 0 || acts(...CITY));
  const packed = step === "PACKAGING" || step === "HANDED_OVER";
  const wishes: [string, boolean][] = [
    ["transfer.consent_signed", open && step === "WORKER_CONSENT" && acts("W_SELF", ...UNIT)],
    ["transfer.approved", decides],
    ["transfer.completed", open && step === "HANDED_OVER" && parties.some((party) => receivers(type).includes(party))],
    ["transfer.returned", decides],
    ["transfer.reminded", open && late && waits && acts(...UNIT, ...COUNTY, ...CITY, "W_SELF")],
    ["transfer.rejected", decides],
    ["transfer.consent_refused", open && step === "WORKER_CONSENT" && acts("W_SELF", ...UNIT)],
    ["transfer.consent_lapsed", open && step === "WORKER_CONSENT" && acts(...COUNTY, ...CITY)],
    ["transfer.substituted", open && acts(...(ACTS_ABOVE[step] ?? []))],
    ["transfer.suspended", open && (step === "CITY" ? acts(...CITY) : acts(...CITY, ...COUNTY))],
    ["transfer.resumed", state === "SUSPENDED" && (step === "CITY" ? acts(...CITY) : acts(...CITY, ...COUNTY))],
    ["transfer.withdrawn", (open || state === "SUSPENDED") && !packed && acts(...UNIT, ...COUNTY, "W_SELF")],
    ["transfer.disputed", state === "REJECTED" && !ruled && party],
    ["transfer.ruled", state === "DISPUTED" && acts("T_APPR")],
    ["transfer.history_declared", type === "E" && open && acts(...UNIT, "W_SELF")],
    ["transfer.history_verified", type === "E" && open && acts("T_APPR", "C_APPR")],
    ["transfer.practice_ended", type === "H" && state === "COMPLETED" && party],
  ];
  return wishes.filter(([, may]) => may).map(([name]) => name);
}
