// What signing needs to know of the ledger and of who signs: asked once for a login, and again when it may have changed.
import { shallowRef } from "vue";
import { ask, type Failure } from "@/app/client";
import { SigningContextDocument, type SigningContextQuery } from "@/generated/api/graphql";
import { today } from "@/shared/format";
import { login } from "@/shared/session";
import type { Grant } from "./capacity";

type Account = Extract<NonNullable<SigningContextQuery["node"]>, { credentials: unknown }>;
export type Credential = NonNullable<Account["credentials"]>["nodes"][number];

export interface Context {
  account: string;
  ledger: string;
  /** Milliseconds by which the clock of the ledger is ahead of this one. */
  ahead: number;
  grants: Grant[];
  credentials: Credential[];
  /** The credential of the key of this login; null when it is not to be seen. */
  credential: Credential | null;
}

/** The context that was read last. */
export const context = shallowRef<Context | null>(null);
let reading: Promise<{ context: Context | null; failure: Failure | null }> | null = null;

async function read(): Promise<{ context: Context | null; failure: Failure | null }> {
  const who = login.value;
  if (!who) return { context: null, failure: null };
  const before = Date.now();
  const { data, failure } = await ask(SigningContextDocument, { account: `account/${who.account}` });
  if (!data?.ledger) return { context: null, failure };
  const node = data.node;
  const credentials = node && "credentials" in node ? (node.credentials?.nodes ?? []) : [];
  context.value = {
    account: who.account,
    ledger: data.ledger.id,
    ahead: Date.parse(data.ledger.time) - (before + Date.now()) / 2,
    grants: (data.grants?.nodes ?? []) as Grant[],
    credentials,
    credential: credentials.find((credential) => credential.members.key === who.key) ?? null,
  };
  return { context: context.value, failure };
}

/** The context of this login. */
export async function signingContext(again = false): Promise<{ context: Context | null; failure: Failure | null }> {
  if (!again && context.value?.account === login.value?.account && context.value) return { context: context.value, failure: null };
  reading ??= read().finally(() => (reading = null));
  return reading;
}

/** Days until the credential ends; negative when it has; null when it is not known. */
export function daysLeft(credential: Credential | null | undefined): number | null {
  if (!credential) return null;
  return Math.round((Date.parse(`${credential.members.validUntil}T00:00:00Z`) - Date.parse(`${today()}T00:00:00Z`)) / 86_400_000);
}
