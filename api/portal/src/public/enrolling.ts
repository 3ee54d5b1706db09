// The acts of an enrolment. A seed lives from the draw to the backup, and from the backup read back to the proof; then it
// is overwritten.
import { type BackupOwner, readBackup, unwrap, type Unwrapped, wrap } from "@/ledger/backup";
import { instantNow } from "@/ledger/bytes";
import { checkEnrolment, type EnrolmentProof, proveEnrolment } from "@/ledger/enrol";
import { newSeed, signerOf } from "@/ledger/keys";
import { keyStore } from "@/ledger/keystore";
import { fingerprint } from "@/ledger/public-key";
import { Failed } from "./asking";

export { ledgerHere } from "./door";

/** A backup that was made. */
export interface Made {
  text: string;
  name: string;
  keyId: string;
}

/** What the administrator needs for `credential.requested`, and how the key did. */
export interface EnrolmentRequest {
  account: string;
  ledger: string;
  keyId: string;
  fingerprint: string;
  publicKey: string;
  proof: EnrolmentProof;
  /** Whether its first signature, the proof, holds. */
  signs: boolean;
  /** Whether this browser keeps the key. */
  kept: boolean;
}

/** Draws a key and wraps it. */
export async function makeBackup(owner: BackupOwner, passphrase: string): Promise<Made> {
  const seed = newSeed();
  try {
    const text = await wrap(seed, passphrase, owner);
    const { keyId } = readBackup(text);
    return { text, keyId, name: `${owner.account.slice(0, 8)}-${keyId.slice(0, 6)}.radkey` };
  } finally {
    seed.fill(0);
  }
}

/** Opens a backup that was saved: it must be the one that was made. */
export async function readBack(text: string, passphrase: string, keyId: string): Promise<Unwrapped> {
  if (readBackup(text).keyId !== keyId) throw new Failed({ code: "other_backup" });
  return unwrap(text, passphrase);
}

/**
 * Proves the enrolment and keeps the backup. The proof is the trial signature as well: a key signs nothing that the wire
 * format does not name, so nothing else is signed to try it; that it holds is checked here.
 */
export async function finish({ seed, account, ledger, keyId, publicKey }: Unwrapped, text: string): Promise<EnrolmentRequest> {
  const signer = await signerOf(seed);
  seed.fill(0);
  try {
    const proof = await proveEnrolment(signer, { ledger, account }, instantNow());
    let signs = true;
    try {
      checkEnrolment(proof, { ledger, account }, publicKey);
    } catch {
      signs = false;
    }
    const kept = await keyStore()
      .put(text)
      .then(
        () => true,
        () => false,
      );
    return { account, ledger, keyId, fingerprint: fingerprint(keyId), publicKey, proof, signs, kept };
  } finally {
    signer.wipe();
  }
}

/** The members of the data of `credential.requested` that come from whoever holds the key. */
export const requestText = ({ account, publicKey, proof }: EnrolmentRequest): string =>
  `${JSON.stringify({ account, alg: 1, public_key: publicKey, proof }, null, 2)}\n`;
