// What may be signed about a warning: what its state lets follow, of what the policy gives to the roles of the reader. The
// ledger judges again; this only keeps what would be refused anyway out of the menu.
import { acts } from "@/shared/session";

export interface Standing {
  state: string;
  person: string | null;
  workerInformedOn: string | null;
  acceptedBy: string | null;
  /** It came with a file that moved, and its new holder has not taken it over. */
  moved: boolean;
}
export interface Law {
  waivable: boolean;
  lasting: boolean;
  closedBy: string;
}

const DECIDERS = ["T_APPR", "C_APPR"];
const AUTHORITY = [...DECIDERS, "T_SUP", "C_SUP"];
const RESPONSIBLE = ["I_HEAD", "I_RPO", "TSO_SIGN", "HEO_CHIEF"];
const CLOSERS: Record<string, [close: string[], revoke: string[]]> = {
  county: [AUTHORITY, DECIDERS],
  city: [["T_APPR", "T_SUP"], ["T_APPR"]],
  audit: [["SYS_AUD"], ["SYS_AUD"]],
};

/** What the role of the reader says already: in which capacity he takes note. */
export const givenByRole = (): Record<string, { by: string }> => ({
  "warning.acknowledged": { by: acts("W_SELF") ? "WORKER" : acts(...RESPONSIBLE, "I_ADMIN") ? "UNIT" : "AUTHORITY" },
});

export function warningActions(warning: Standing, law: Law): string[] {
  const { state } = warning;
  const at = (...states: string[]): boolean => states.includes(state);
  const atWork = at("OPEN", "ACKNOWLEDGED", "RECTIFYING", "RETURNED");
  const over = at("CLEARED", "CLOSED");
  const [closers, revokers] = CLOSERS[law.closedBy] ?? [[], []];
  const informs = acts("W_SELF") && warning.person !== null && !over && warning.workerInformedOn === null;
  const wishes: [string, boolean][] = [
    ["warning.closed", (at("PENDING_CLOSE") || (at("SUBMITTED") && law.lasting)) && acts(...closers)],
    ["warning.rectification_returned", at("SUBMITTED") && acts(...AUTHORITY)],
    ["warning.acknowledged", (at("OPEN") && acts(...AUTHORITY, ...RESPONSIBLE, "I_ADMIN")) || informs],
    ["warning.rectification_started", at("OPEN", "ACKNOWLEDGED", "RETURNED") && acts(...AUTHORITY, ...RESPONSIBLE)],
    ["warning.rectification_submitted", (atWork || at("PENDING_CLOSE")) && acts(...AUTHORITY, ...RESPONSIBLE)],
    ["warning.closing_revoked", at("CLOSED") && acts(...revokers)],
    ["warning.waived", atWork && law.waivable && acts(...DECIDERS)],
    ["warning.waiver_revoked", at("WAIVED") && acts(...DECIDERS)],
    ["warning.suspended", atWork && acts(...AUTHORITY)],
    ["warning.resumed", at("SUSPENDED") && acts(...AUTHORITY)],
    ["warning.disputed", atWork && acts(...RESPONSIBLE, "W_SELF")],
    ["warning.ruled", at("DISPUTED") && acts(...DECIDERS)],
    ["warning.regraded", !over && !at("PENDING_CLOSE") && acts(...DECIDERS)],
    ["warning.accepted", warning.moved && warning.acceptedBy === null && !over && !at("PENDING_CLOSE") && acts(...RESPONSIBLE, "I_ADMIN")],
  ];
  return wishes.filter(([, may]) => may).map(([type]) => type);
}
