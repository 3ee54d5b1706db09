// Checks an event here, in this browser, trusting nobody: signature, hash, place in the tree, the log's word for the tree.
import { ask, type Failure } from "@/app/client";
import { CredentialsOfDocument, SignedEventDocument, type CredentialsOfQuery, type SignedEventQuery } from "@/generated/api/graphql";
import { civilDay } from "@/ledger/bytes";
import { readStatement } from "@/ledger/statement";
import { checkReceipt, verdict, type Check, type ReceiptInput } from "@/ledger/receipt";
import { today } from "@/shared/format";
import { tampered } from "./tampered";

export type SignedEvent = NonNullable<SignedEventQuery["event"]>;
type Account = Extract<NonNullable<CredentialsOfQuery["node"]>, { credentials: unknown }>;
type Credential = NonNullable<Account["credentials"]>["nodes"][number];

/** `partly`: what was looked at holds, but the signer's public key is not to be seen by this reader. */
export type ProofState = "verified" | "ended" | "pending" | "partly" | "failed";

export interface Proven {
  event: SignedEvent;
  state: ProofState;
  checks: readonly Check[];
  publicKey: string | null;
  /** The signer's credential, and whether it was good on the day of recording. */
  credential: Credential | null;
  goodThen: boolean | null;
  vkey: string;
}

let vkeyRead: Promise<string> | null = null;

/** The verifier key of the log, as its public address says it. */
function logKey(): Promise<string> {
  vkeyRead ??= fetch("/log/vkey").then(async (answer) => {
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return (await answer.text()).trim();
  });
  vkeyRead.catch(() => (vkeyRead = null));
  return vkeyRead;
}

const holders = new Map<string, Promise<readonly Credential[]>>();
const credentialsOf = (account: string): Promise<readonly Credential[]> => {
  const asked =
    holders.get(account) ??
    ask(CredentialsOfDocument, { account: `account/${account}` }).then(({ data }) => {
      const node = data?.node;
      return node && "credentials" in node ? (node.credentials?.nodes ?? []) : [];
    });
  holders.set(account, asked);
  return asked;
};

/** Reads an event and checks it. */
export async function prove(by: { id: string } | { position: string }): Promise<{ proven: Proven | null; failure: Failure | null }> {
  const { data, failure } = await ask(SignedEventDocument, by);
  const event = data?.event;
  if (!event) return { proven: null, failure };
  return proveRead(event);
}

const NO_KEY: Failure = {
  code: "E-VKEY",
  zh: "没有取到日志公钥，暂时无法核对。",
  en: "The key of the log could not be fetched, so nothing can be checked now.",
};

/** Checks an event that was read. */
export async function proveRead(event: SignedEvent): Promise<{ proven: Proven | null; failure: Failure | null }> {
  const vkey = await logKey().catch(() => null);
  if (vkey === null) return { proven: null, failure: NO_KEY };
  const statement = ((): { account: string; key: string } | null => {
    try {
      return readStatement(new TextEncoder().encode(event.payload), { admission: false }).signer;
    } catch {
      return null;
    }
  })();
  // What the service says of the key is believed no further than its digest, which is the key id that was signed.
  const publicKey = event.publicKey ?? null;
  const credential = statement ? ((await credentialsOf(statement.account)).find((one) => one.members.key === statement.key) ?? null) : null;
  const checks = checkReceipt({ event, vkey, publicKey });
  const all = verdict(checks);
  const published = event.receipt.proof !== null && event.receipt.proof !== undefined;
  const state: ProofState =
    all === "failed" ? "failed" : all === "ok" ? (endedSince(credential) ? "ended" : "verified") : published ? "partly" : "pending";
  if (state === "failed") tampered.add(event.id);
  const day = civilDay(event.recordedAt);
  const goodThen = credential ? credential.members.validFrom <= day && day < credential.members.validUntil : null;
  return { proven: { event, state, checks, publicKey, credential, goodThen, vkey }, failure: null };
}

const endedSince = (credential: Credential | null): boolean =>
  credential !== null && (credential.members.revoked || credential.members.validUntil <= today());

/** The one file that `/verify` takes: what `checkReceipt` takes. The key of the log says which log is meant; it is no reason to trust it. */
export function receiptFile({ event, publicKey, vkey }: Proven): string {
  const { id, record, version, position, recordedAt, leaf, ledger, proof } = event.receipt;
  const file: ReceiptInput = {
    event: {
      payload: event.payload,
      signature: event.signature,
      algorithm: event.algorithm,
      hash: event.hash,
      receipt: { ledger, id, record: { kind: record.kind, id: record.id }, version, position, recordedAt, leaf, proof: proof ?? null },
    },
    proof: proof ?? null,
    publicKey,
    vkey,
  };
  return `${JSON.stringify({ format: "radledger-receipt", version: 1, ...file }, null, 2)}\n`;
}
