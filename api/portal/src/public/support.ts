// Whether this browser can hold a key: found by trying, before anything is made.
import { randomBytes } from "@/ledger/bytes";
import { PAYLOAD_TYPE } from "@/ledger/envelope";
import { newSeed, signerOf } from "@/ledger/keys";
import { keyStore } from "@/ledger/keystore";
import { readPublicKey, verifyPayload } from "@/ledger/public-key";

export const TESTS = ["secure", "store", "persist", "sign"] as const;
export type TestName = (typeof TESTS)[number];
/** `weak` does not stop an enrolment, but is said. */
export type TestState = "ok" | "weak" | "failed";

/** Makes every test. */
export async function tests(): Promise<Record<TestName, TestState>> {
  const secure = isSecureContext && typeof crypto.subtle?.deriveKey === "function";
  const stored = await keyStore().canStore();
  return {
    secure: secure ? "ok" : "failed",
    store: stored ? "ok" : "failed",
    persist: stored && (await persists()) ? "ok" : "weak",
    sign: (await signs()) ? "ok" : "failed",
  };
}

/** Whether the browser promises not to clear what is stored. Many ask nobody and promise only sites that are used a lot. */
async function persists(): Promise<boolean> {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

async function signs(): Promise<boolean> {
  try {
    const signer = await signerOf(newSeed());
    const payload = randomBytes(32);
    const holds = verifyPayload(
      readPublicKey(signer.publicKey),
      PAYLOAD_TYPE.enrol,
      payload,
      await signer.sign(PAYLOAD_TYPE.enrol, payload),
    );
    signer.wipe();
    return holds;
  } catch {
    return false;
  }
}
