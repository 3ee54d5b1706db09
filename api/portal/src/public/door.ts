// Through the door: a key signs one login, is forgotten, and the workspace opens.
import type { Bytes } from "@/ledger/bytes";
import { signerOf } from "@/ledger/keys";
import { ledgerOf, readVkey } from "@/ledger/note";
import { login } from "@/ledger/session";
import { keep } from "@/shared/session";
import { Failed, getText } from "./asking";

/** Who enters, and with what. The seed is overwritten. */
export interface Entering {
  seed: Bytes;
  account: string;
  label: string;
  demonstration: boolean;
  /** Ledger that the key is for, where that is known. */
  ledger?: string;
}

const asked: typeof fetch = (url, init) =>
  fetch(url, init).catch(() => {
    throw new Failed({ code: "E-NETWORK" });
  });

/** Logs in and keeps the login for this tab. */
export async function enter({ seed, account, label, demonstration, ledger }: Entering): Promise<void> {
  const signer = await signerOf(seed);
  seed.fill(0);
  try {
    const session = await login({ fetch: asked, origin: location.origin, account, signer, ...(ledger ? { ledger } : {}) });
    keep({
      token: session.token,
      account: session.account,
      key: session.key,
      roles: [...session.roles],
      expiresAt: session.expires_at,
      demonstration,
      label,
    });
  } finally {
    signer.wipe();
  }
}

/** The ledger that is served here. */
export async function ledgerHere(): Promise<string> {
  const vkey = await getText("/log/vkey");
  const ledger = ledgerOf(readVkey(vkey.trimEnd()).origin);
  if (!ledger) throw new Failed({ code: "bad_value" });
  return ledger;
}

/** Where to go after the login: a place of the workspace of this origin, nothing else. */
export function nextPlace(asked: unknown): string {
  if (typeof asked !== "string" || !/^\/(app|me|audit)(?=[/?#]|$)/.test(asked) || asked.includes("\\")) return "/app";
  const place = new URL(asked, location.origin);
  if (place.origin !== location.origin || !/^\/(app|me|audit)(\/|$)/.test(place.pathname)) return "/app";
  return place.pathname + place.search + place.hash;
}
