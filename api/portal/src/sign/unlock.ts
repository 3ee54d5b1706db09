// The signing key of this login. A seed is in memory only while a signature is made or, as a key that the browser does not
// give out, for fifteen idle minutes. Neither it nor a passphrase is ever part of reactive state.
import { computed, reactive, watch } from "vue";
import type { KeptBackup } from "@/ledger/keystore";
import type { Signer } from "@/ledger/keys";
import { login } from "@/shared/session";
import { signingContext } from "./context";

const IDLE = 15 * 60_000;

/** Why there is no key to sign with. */
export type KeyFault = "missing" | "locked" | "wrong_passphrase" | "damaged" | "unsupported" | "other_key" | "unavailable";
export class KeyError extends Error {
  readonly code: KeyFault;
  constructor(code: KeyFault) {
    super(code);
    this.name = "KeyError";
    this.code = code;
  }
}

const state = reactive<{ kept: boolean | null; until: number | null; now: number }>({ kept: null, until: null, now: Date.now() });
let held: Signer | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let backup: KeptBackup | null = null;

/** How the key of this login stands. */
export const keyState = computed<"none" | "unknown" | "demonstration" | "unlocked" | "locked" | "missing">(() => {
  if (!login.value) return "none";
  if (login.value.demonstration) return "demonstration";
  if (state.until !== null) return "unlocked";
  return state.kept === null ? "unknown" : state.kept ? "locked" : "missing";
});
/** When it locks, in milliseconds. */
export const unlockedUntil = computed(() => state.until);

/** Forgets the key until the passphrase is said again. */
export function lock(): void {
  held?.wipe();
  held = null;
  clearTimeout(timer);
  state.until = null;
}

/** Somebody works: the fifteen minutes begin again. */
export function touch(): void {
  if (!held) return;
  clearTimeout(timer);
  state.until = Date.now() + IDLE;
  timer = setTimeout(lock, IDLE);
}

// A laptop that slept may wake after the time is over, and timers with it.
if (typeof document !== "undefined")
  document.addEventListener("visibilitychange", () => {
    if (state.until !== null && Date.now() > state.until) lock();
  });

/** Looks for the wrapped key of this login in this browser. */
export async function findKey(): Promise<KeptBackup | null> {
  const who = login.value;
  if (!who || who.demonstration) return null;
  const { keyStore } = await import("@/ledger/keystore");
  const all = await keyStore()
    .list()
    .catch(() => []);
  backup = all.find((kept) => kept.account === who.account && kept.keyId === who.key) ?? null;
  state.kept = backup !== null;
  return backup;
}

watch(login, (now, before) => {
  if (now?.account === before?.account && now?.key === before?.key) return;
  lock();
  state.kept = null;
  void findKey();
});

/** Opens the key with its passphrase and holds it for fifteen idle minutes. */
export async function unlock(passphrase: string): Promise<Signer> {
  const who = login.value;
  const kept = backup ?? (await findKey());
  if (!who || !kept) throw new KeyError("missing");
  const [{ unwrap, BackupError }, { signerOf }] = await Promise.all([import("@/ledger/backup"), import("@/ledger/keys")]);
  const opened = await unwrap(kept.text, passphrase).catch((fault: unknown) => {
    const code = fault instanceof BackupError ? fault.code : "damaged";
    throw new KeyError(code === "wrong_passphrase" || code === "unsupported" ? code : "damaged");
  });
  const signer = await signerOf(opened.seed);
  opened.seed.fill(0);
  if (signer.keyId !== who.key) {
    signer.wipe();
    throw new KeyError("other_key");
  }
  lock();
  held = signer;
  touch();
  return signer;
}

/** The key that a demonstration lends to who logged in as one of its people. */
async function lent(): Promise<Signer> {
  const who = login.value;
  if (!who) throw new KeyError("missing");
  const answer = await fetch(`/demo/keys/${encodeURIComponent(who.account)}`).catch(() => null);
  if (!answer?.ok) throw new KeyError("unavailable");
  const { fromPem, signerOf } = await import("@/ledger/keys");
  const { seed } = fromPem(await answer.text());
  const signer = await signerOf(seed);
  seed.fill(0);
  if (signer.keyId !== who.key) {
    signer.wipe();
    throw new KeyError("other_key");
  }
  return signer;
}

/** Lets `act` sign. A passphrase opens the key anew; without one it must be open already. */
export async function withSigner<T>(act: (signer: Signer) => Promise<T>, passphrase?: string): Promise<T> {
  if (login.value?.demonstration) {
    const signer = await lent();
    try {
      return await act(signer);
    } finally {
      signer.wipe();
    }
  }
  const signer = passphrase === undefined ? held : await unlock(passphrase);
  if (!signer) throw new KeyError(state.kept === false ? "missing" : "locked");
  touch();
  return act(signer);
}

/** Begins to know the key and the credential of this login; the shell calls it once. */
export async function prepareKey(): Promise<void> {
  await Promise.all([findKey(), signingContext()]);
}
