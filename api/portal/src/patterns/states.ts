// States by which lists are filtered. They are said by no event, so no code list of the contract holds them; their words
// stand in the texts of the pages.

export const WARNING_STATES = [
  "OPEN",
  "ACKNOWLEDGED",
  "RECTIFYING",
  "SUBMITTED",
  "RETURNED",
  "PENDING_CLOSE",
  "DISPUTED",
  "SUSPENDED",
  "WAIVED",
  "CLEARED",
  "CLOSED",
];
/** Grades, the worst first. */
export const GRADES = ["RED", "ORANGE", "YELLOW", "BLUE"] as const;
export type Grade = (typeof GRADES)[number];
/** A warning in one of these is somebody's business still. */
export const NOT_OVER = WARNING_STATES.filter((code) => code !== "CLEARED" && code !== "CLOSED");
export const TRANSFER_STATES = ["OPEN", "SUSPENDED", "REJECTED", "DISPUTED", "WITHDRAWN", "COMPLETED"];
export const NOTICE_STATES = ["ORDERED", "SENT", "DELIVERED", "FAILED"];

export const INSTITUTION_STATES = ["SUBMITTED", "RETURNED", "ACTIVE", "SUSPENDED_BUSINESS", "CLOSED", "MERGED"];
export const LICENCE_STATES = ["VALID", "DEFERRED", "SUSPENDED", "CANCELLED", "REVOKED"];
export const EMPLOYMENT_STATES = ["PLANNED", "ACTIVE", "SUSPENDED", "ON_LEAVE", "ENDED"];
export const CERTIFICATE_STATES = ["APPLIED", "SUPPLEMENT", "REFUSED", "WITHDRAWN", "VALID", "CANCELLED"];
