// In which office somebody opens the workbench: what waits for him, and what waits for others.
import { acts } from "@/shared/session";
import { AUTHORITY_STATES, UNIT_STATES } from "./tasks";

export interface Office {
  /** Decides on what others did. */
  authority: boolean;
  /** Keeps accounts and keys. */
  administrator: boolean;
  /** Puts right what is wrong. */
  unit: boolean;
  /** Only reads. */
  reader: boolean;
  /** States in which a warning waits for him, and those in which it waits for others. */
  mine: string[];
  theirs: string[];
}

export function office(): Office {
  const authority = acts("T_ADMIN", "T_SUP", "T_APPR", "C_ADMIN", "C_SUP", "C_APPR");
  return {
    authority,
    administrator: acts("T_ADMIN", "C_ADMIN", "I_ADMIN"),
    unit: acts("I_ADMIN", "I_RPO", "I_HEAD", "TSO_SIGN", "TSO_INPUT", "HEO_CHIEF", "HEO_INPUT"),
    reader: acts("CDC_READ", "EXT_AUD", "SYS_AUD", "SYS_SYS", "SYS_SEC"),
    mine: authority ? AUTHORITY_STATES : UNIT_STATES,
    theirs: authority ? UNIT_STATES : [...AUTHORITY_STATES, "SUSPENDED", "WAIVED"],
  };
}
