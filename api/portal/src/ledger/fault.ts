/** Codes with which this library refuses: those of §4.2 that a client can find itself, of §8, and two for proofs. */
export type WireCode =
  | "too_large"
  | "bad_envelope"
  | "bad_signature"
  | "bad_json"
  | "not_canonical"
  | "bad_text"
  | "unknown_field"
  | "missing_field"
  | "bad_value"
  | "kind_mismatch"
  | "wrong_ledger"
  | "signer_mismatch"
  | "bad_batch"
  | "seal_mismatch"
  | "unopened_seal"
  | "bad_payload_type"
  | "wrong_audience"
  | "bad_note"
  | "bad_proof";

/** Something is not in the one form that the wire format allows (§1, "anything not written here is refused"). */
export class WireError extends Error {
  /** Code of the refusal. */
  readonly code: WireCode;
  /** Where, as an RFC 6901 pointer, when there is such a place; otherwise a few words. */
  readonly detail: string;

  constructor(code: WireCode, detail = "") {
    super(detail === "" ? code : `${code}: ${detail}`);
    this.name = "WireError";
    this.code = code;
    this.detail = detail;
  }
}
