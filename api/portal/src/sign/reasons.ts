// Reasons that the portal offers. The ledger takes any code of 1–64 bytes; what is offered here has a label in both languages.
const CORRECTION = ["TYPO", "SOURCE_WRONG", "LEARNT_LATER", "WRONG_RECORD", "OTHER"];
const RETURN = ["INCOMPLETE", "INCONSISTENT", "EVIDENCE_UNFIT", "OTHER"];
const REFUSAL = ["NOT_MET", "NOT_COMPETENT", "INCOMPLETE", "OTHER"];
const WITHDRAWAL = ["MISTAKE", "DUPLICATE", "REQUESTED", "CHANGED_PLAN", "OTHER"];
const EXPOSURE = ["KEY_EXPOSED", "KEY_LOST", "OTHER"];
const ENTRY = ["ROUTINE", "LATE_ENTRY", "REQUESTED", "OTHER"];

/** Codes that fit an event type with a meaning. */
export function reasonsFor(type: string, meaning: string | undefined): string[] {
  if (type.startsWith("credential.") && meaning === "revocation") return EXPOSURE;
  if (meaning === "correction") return CORRECTION;
  if (meaning === "return") return RETURN;
  if (meaning === "refusal") return REFUSAL;
  if (meaning === "withdrawal" || meaning === "revocation") return WITHDRAWAL;
  return ENTRY;
}

const KNOWN = new Set([...CORRECTION, ...RETURN, ...REFUSAL, ...WITHDRAWAL, ...EXPOSURE, ...ENTRY]);
/** Whether there is a label for a code; others are shown as they are. */
export const isKnownReason = (code: string): boolean => KNOWN.has(code);
