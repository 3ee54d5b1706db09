// Login (§1.4, §8): a challenge, signed once, for a token. Appending needs none.

import { fromBase64url, instantMicros } from "./bytes";
import { type Envelope, envelopeOf, PAYLOAD_TYPE } from "./envelope";
import { WireError } from "./fault";
import { canonical, isObject, type JsonObject } from "./json";
import type { Signer } from "./keys";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Where and for whom one logs in. */
export interface LoginInput {
  readonly fetch: Fetch;
  /** `location.origin`. */
  readonly origin: string;
  readonly account: string;
  readonly signer: Signer;
  /** The ledger that is expected, when one is: a key signs logins to its own ledger only. */
  readonly ledger?: string;
}

/** The answer to a login (§8). */
export interface Session {
  readonly token: string;
  readonly account: string;
  readonly key: string;
  readonly expires_at: string;
  readonly roles: readonly string[];
}

/** The service said no, with a code of §8. */
export class LoginRefused extends Error {
  readonly code: string;
  /** Pointer into the signed payload; empty for the envelope. */
  readonly pointer: string;
  readonly messageZh: string;
  readonly messageEn: string;

  constructor(extensions: JsonObject) {
    const text = (name: string): string => (typeof extensions[name] === "string" ? extensions[name] : "");
    super(text("messageEn") || text("code"));
    this.name = "LoginRefused";
    this.code = text("code");
    this.pointer = text("pointer");
    this.messageZh = text("messageZh");
    this.messageEn = text("messageEn");
  }
}

/** The service answered with something that is neither a session nor a refusal. */
export class ServiceError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = "ServiceError";
    this.status = status;
  }
}

/**
 * An origin as an audience: always with its port (§1.4, `scheme://host:port`). Browsers leave out 80 and 443, and the
 * service compares text.
 */
export function audienceOf(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${protocol}//${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}

/** Logs in and answers with the session. The token goes into `Authorization: Bearer`. */
export async function login(input: LoginInput): Promise<Session> {
  const { fetch, origin } = input;
  const challenge = await answer(await fetch(`${origin}/session`, { headers: { accept: "application/json" } }));
  const envelope = await signChallenge(challenge, input);
  const session = await answer(
    await fetch(`${origin}/session`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(envelope),
    }),
  );
  const { token, account, key, expires_at, roles } = session;
  const sound =
    typeof token === "string" &&
    account === input.account &&
    key === input.signer.keyId &&
    typeof expires_at === "string" &&
    Array.isArray(roles);
  if (!sound) throw new ServiceError(200);
  return { token, account, key, expires_at, roles: (roles as readonly unknown[]).map(String) };
}

/** Ends a session. One that has ended already is no error. */
export async function logout({ fetch, origin, token }: { fetch: Fetch; origin: string; token: string }): Promise<void> {
  const { ok, status } = await fetch(`${origin}/session`, { method: "DELETE", headers: { authorization: `Bearer ${token}` } });
  if (!ok && status !== 401) throw new ServiceError(status);
}

/**
 * The signed answer to a challenge. A challenge for another address could be a relay: whoever passes it on would be
 * logged in there, so it is signed only for the address that was called.
 */
export async function signChallenge(
  challenge: JsonObject,
  { origin, account, signer, ledger }: Pick<LoginInput, "origin" | "account" | "signer" | "ledger">,
): Promise<Envelope> {
  const { payload_type: payloadType, ...rest } = challenge;
  if (payloadType !== PAYLOAD_TYPE.session) throw new WireError("bad_payload_type");
  if (Object.keys(rest).sort().join() !== "audience,expires_at,ledger,nonce,purpose") throw new WireError("bad_value", "members");
  if (rest.purpose !== "login") throw new WireError("bad_value", "/purpose");
  if (rest.audience !== audienceOf(origin)) throw new WireError("wrong_audience", String(rest.audience));
  fromBase64url(String(rest.ledger), 16);
  if (ledger !== undefined && rest.ledger !== ledger) throw new WireError("wrong_ledger", String(rest.ledger));
  fromBase64url(String(rest.nonce), 32);
  instantMicros(String(rest.expires_at));
  const payload = canonical({ ...rest, account, key: signer.keyId });
  return envelopeOf(PAYLOAD_TYPE.session, payload, signer.keyId, await signer.sign(PAYLOAD_TYPE.session, payload));
}

async function answer(response: Response): Promise<JsonObject> {
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok && isObject(body)) return body;
  const error = isObject(body) ? body.error : undefined;
  const extensions = isObject(error) ? error.extensions : undefined;
  if (response.status === 401 && isObject(extensions)) throw new LoginRefused(extensions);
  throw new ServiceError(response.status);
}
