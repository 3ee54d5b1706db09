// The enrolment proof (§3.3): a key that is to sign for an account consents by signing its own enrolment.

import { fromBase64url, instantMicros, toBase64url } from "./bytes";
import { isPrimeOrder } from "./ed25519";
import { PAYLOAD_TYPE } from "./envelope";
import { WireError } from "./fault";
import { canonical, isObject, type Json, type JsonObject, member, readPayload } from "./json";
import type { Signer } from "./keys";
import { readPublicKey, verifyPayload } from "./public-key";

const ED25519 = 1;

/** `data.proof` of `credential.requested`: both members base64url. */
export interface EnrolmentProof {
  readonly payload: string;
  readonly sig: string;
}

/** For which ledger and account a key is enrolled. */
export interface Enrolment {
  readonly ledger: string;
  readonly account: string;
}

/** Signs the enrolment of the signer's own key. */
export async function proveEnrolment(signer: Signer, { ledger, account }: Enrolment, signedAt: string): Promise<EnrolmentProof> {
  const payload = canonical({ account, alg: ED25519, ledger, public_key: signer.publicKey, signed_at: signedAt });
  return { payload: toBase64url(payload), sig: toBase64url(await signer.sign(PAYLOAD_TYPE.enrol, payload)) };
}

/**
 * Checks a proof for this ledger, account and public key; whatever is wrong with it is `bad_value`.
 * `admission: false` for a proof that is in the log already.
 */
export function checkEnrolment(
  proof: EnrolmentProof,
  { ledger, account }: Enrolment,
  publicKey: string,
  options: { admission?: boolean } = {},
): void {
  try {
    const payload = fromBase64url(proof.payload);
    const said = readPayload(payload, options);
    const key = readPublicKey(publicKey);
    const wanted: JsonObject = { account, alg: ED25519, ledger, public_key: publicKey };
    const names = [...Object.keys(wanted), "signed_at"].sort().join();
    const same = Object.keys(said).join() === names && Object.keys(wanted).every((name) => said[name] === wanted[name]);
    instantMicros(String(said.signed_at));
    if (!same || !isPrimeOrder(key.point) || !verifyPayload(key, PAYLOAD_TYPE.enrol, payload, fromBase64url(proof.sig, 64))) {
      throw new WireError("bad_value", "it does not hold");
    }
  } catch (fault) {
    throw new WireError("bad_value", `enrolment proof: ${fault instanceof Error ? fault.message : ""}`);
  }
}

/**
 * The public key of this id in the data of a statement that brings keys in: `public_key` of `credential.requested`, and
 * those of `roots` and `service` in the genesis (`ledger.created`). An event names its signer's key by its id alone.
 * Found means: this id is the hash of that key. Whether the key was its signer's, only the history shows (§5).
 */
export function publicKeyIn(data: JsonObject, keyId: string): string | undefined {
  const roots = member(data, "roots");
  const places: readonly (Json | undefined)[] = [
    data,
    member(data, "service"),
    ...(Array.isArray(roots) ? (roots as readonly Json[]) : []),
  ];
  for (const place of places) {
    const text = isObject(place) ? member(place, "public_key") : undefined;
    if (typeof text === "string" && matches(text, keyId)) return text;
  }
  return undefined;
}

function matches(publicKey: string, keyId: string): boolean {
  try {
    return readPublicKey(publicKey).id === keyId;
  } catch {
    return false;
  }
}
