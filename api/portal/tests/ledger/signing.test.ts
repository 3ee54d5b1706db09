// Keys, seals, enrolment, units, batches and login.

import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { checkPrepared, type Draft, receiptFits, signUnit, type Wish } from "@/ledger/append";
import { type BatchWorker, signBatch } from "@/ledger/batch";
import { type BatchNews, work } from "@/ledger/batch.worker";
import { type Bytes, concat, fromBase64, fromHex, instantNow, newUuid, toBase64, toBase64url, utf8 } from "@/ledger/bytes";
import { checkEnrolment, proveEnrolment } from "@/ledger/enrol";
import { PAYLOAD_TYPE } from "@/ledger/envelope";
import { canonical, canonicalText, type Json, type JsonObject } from "@/ledger/json";
import {
  fromPem,
  fromPkcs8,
  newSeed,
  nobleSigner,
  type Signer,
  signerOf,
  toKeyFile,
  toPem,
  toPkcs8,
  webCryptoSigner,
  webCryptoSigns,
} from "@/ledger/keys";
import { fingerprint } from "@/ledger/public-key";
import { checkOpenings, maySeal, type Opening, seal, sealsOf, unsealed } from "@/ledger/seal";
import { audienceOf, login, LoginRefused, logout, ServiceError, signChallenge } from "@/ledger/session";
import { readStatement, type Statement } from "@/ledger/statement";
import { leafOf } from "@/ledger/tree";
import { demoSeed, refused } from "./common";
import { readBlocks } from "./worked";

const blocks = readBlocks();
const LEDGER = "AAECAwQFBgcICQoLDA0ODw";
const ACCOUNT = "0b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d11";
const SIGNER = nobleSigner(demoSeed(0));

describe("keys", () => {
  test("both signers give the same bytes for any seed and payload", async () => {
    expect(await webCryptoSigns()).toBe(true);
    for (let n = 0; n < 20; n++) {
      const seed = newSeed();
      const payload = utf8("剂".repeat(n * 37));
      const [one, two] = [nobleSigner(seed), await webCryptoSigner(seed)];
      expect(two).toMatchObject({ keyId: one.keyId, publicKey: one.publicKey });
      for (const type of Object.values(PAYLOAD_TYPE)) expect(await two.sign(type, payload)).toEqual(await one.sign(type, payload));
    }
  });

  test("a signer's own key does not leave WebCrypto, and a wiped one signs no more", async () => {
    const seed = newSeed();
    const signer = await signerOf(seed);
    const key = signer.lend() as CryptoKey;
    await expect(crypto.subtle.exportKey("pkcs8", key)).rejects.toThrow();
    for (const one of [signer, nobleSigner(seed)]) {
      one.wipe();
      await expect(one.sign(PAYLOAD_TYPE.event, utf8("{}"))).rejects.toThrow("wiped");
      expect(() => one.lend()).toThrow("wiped");
    }
    const noble = nobleSigner(seed);
    const before = await noble.sign(PAYLOAD_TYPE.event, utf8("{}"));
    (noble.lend() as Bytes).fill(0);
    const given = Uint8Array.from(seed);
    seed.fill(0);
    expect(await noble.sign(PAYLOAD_TYPE.event, utf8("{}")), "the signer's seed is its own").toEqual(before);
    expect(nobleSigner(given).keyId).toBe(noble.keyId);
  });

  test("PKCS#8 version 1 has one form", () => {
    const seed = demoSeed(3);
    expect(fromPkcs8(toPkcs8(seed))).toEqual(seed);
    const version2 = concat(fromHex("3051020101300506032b657004220420"), seed, fromHex("812100"), new Uint8Array(32));
    for (const der of [toPkcs8(seed).subarray(1), concat(toPkcs8(seed), Uint8Array.of(0)), version2, new Uint8Array(48)])
      refused("bad_value", () => fromPkcs8(der));
    refused("bad_value", () => toPkcs8(new Uint8Array(31)));
  });

  test("key files say whose key it is", () => {
    const seed = demoSeed(3);
    const file = toKeyFile(seed, ACCOUNT);
    expect(file).toBe(`key: ${nobleSigner(seed).keyId}\naccount: ${ACCOUNT}\n${toPem(seed)}`);
    expect(fromPem(file)).toEqual({ seed, account: ACCOUNT });
    expect(fromPem(file.replaceAll("\n", "\r\n"))).toEqual({ seed, account: ACCOUNT });
    expect(fromPem(toKeyFile(seed)).account).toBeUndefined();
    const pem = toPem(seed);
    for (const form of ["", pem.replace("PRIVATE", "PUBLIC"), pem.replace("MC4C", "MC4D"), `${pem}${pem}`, `${pem}more`])
      refused("bad_value", () => fromPem(form));
  });

  test("OpenSSL reads the key and finds the same public half", () => {
    const seed = demoSeed(3);
    const der = execFileSync("openssl", ["pkey", "-pubout", "-outform", "DER"], { input: toPem(seed) });
    expect(toBase64url(der)).toBe(nobleSigner(seed).publicKey);
    const made = execFileSync("openssl", ["genpkey", "-algorithm", "ed25519"]).toString();
    expect(toPem(fromPem(made).seed)).toBe(made);
  });

  test("a fingerprint is six groups of four", () => {
    expect(fingerprint(SIGNER.keyId)).toMatch(/^([0-9A-HJKMNP-TV-Z]{4} ){5}[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(fingerprint(toBase64url(new Uint8Array(32)))).toBe("0000 0000 0000 0000 0000 0000");
    expect(fingerprint(toBase64url(new Uint8Array(32).fill(255)))).toBe("ZZZZ ZZZZ ZZZZ ZZZZ ZZZZ ZZZZ");
    expect(fingerprint(toBase64url(Uint8Array.from({ length: 32 }, (_, at) => (at === 14 ? 1 : 0))))).toBe("0000 0000 0000 0000 0000 0001");
  });
});

describe("seals", () => {
  const statement = readStatement(utf8(blocks.get("unit")?.text("payload.0") ?? ""));
  const opening = blocks.get("seal")?.json<Opening>("opening") as Opening;

  test("every seal has exactly one opening that matches", () => {
    expect(checkOpenings(statement, [opening])).toEqual([opening]);
    refused("unopened_seal", () => checkOpenings(statement, []));
    const others: unknown[] = [
      { ...opening, value: "李示范" },
      { ...opening, pointer: "/data/party" },
      { ...opening, salt: toBase64url(new Uint8Array(32)) },
      { ...opening, salt: "short" },
      { ...opening, more: 1 },
      { ...opening, subject: { kind: "party", id: "1" } },
      { ...opening, value: null },
      { ...opening, value: true },
      null,
      "text",
    ];
    for (const other of others) refused("seal_mismatch", () => checkOpenings(statement, [other]));
    refused("seal_mismatch", () => checkOpenings(statement, [opening, opening]));
  });

  test("a reason's words lie under the record of the event", () => {
    const id = newUuid();
    const place = { ledger: LEDGER, event: id, pointer: "/reason/text" };
    const said = JSON.parse(blocks.get("unit")?.text("payload.1") ?? "") as Statement;
    const { sealed, opening: words } = seal(place, said.record, "录入有误\n已核对");
    const withText = { ...said, id, reason: { code: "TYPO", text: sealed } };
    checkOpenings(withText, [words]);
    refused("seal_mismatch", () => checkOpenings(withText, [{ ...words, subject: { kind: "person", id: said.record.id } }]));
    expect((unsealed(withText, [words])["reason"] as JsonObject)["text"]).toBe("录入有误\n已核对");
  });

  test("salts are random, and openings made here open", () => {
    const place = { ledger: LEDGER, event: statement.id, pointer: "/data/name" };
    const [one, two] = [seal(place, opening.subject, "a"), seal(place, opening.subject, "a")];
    expect(one.sealed).not.toEqual(two.sealed);
    checkOpenings({ ...statement, data: { ...statement.data, name: one.sealed as unknown as JsonObject } }, [one.opening]);
  });

  test("values have their limits", () => {
    const nested: Json = { a: { b: [1] } };
    expect([nested, { a: [[1]] }, "x".repeat(8190), 0, { $sealed: "x" }].map(maySeal)).toEqual([true, true, true, true, true]);
    const bad = [{ a: { b: [[1]] } }, "x".repeat(8191), false, [], 1.5, "\ud800", "\r", { a: null }, { "a b": 1 }, null];
    for (const value of bad) expect(maySeal(value as Json), JSON.stringify(value)).toBe(false);
  });

  test("a seal has one form, and pointers are escaped", () => {
    const { $sealed } = sealedName(statement);
    expect([...sealsOf({ "a/b~": [{ c: { $sealed } }] }).keys()]).toEqual(["/a~1b~0/0/c"]);
    for (const form of [{ $sealed, more: 1 }, { $sealed: "short" }, { $sealed: 1 }])
      refused("bad_value", () => sealsOf({ data: form as JsonObject }));
  });
});

describe("enrolment", () => {
  test("a proof holds for its ledger, account and key alone", async () => {
    const where = { ledger: LEDGER, account: ACCOUNT };
    const proof = await proveEnrolment(SIGNER, where, instantNow());
    checkEnrolment(proof, where, SIGNER.publicKey);
    const other = nobleSigner(demoSeed(1));
    refused("bad_value", () => checkEnrolment(proof, where, other.publicKey));
    refused("bad_value", () => checkEnrolment(proof, { ...where, account: newUuid() }, SIGNER.publicKey));
    refused("bad_value", () => checkEnrolment(proof, { ...where, ledger: toBase64url(new Uint8Array(16)) }, SIGNER.publicKey));
    refused("bad_value", () =>
      checkEnrolment({ ...proof, sig: proof.sig.replace(/^./, (c) => (c === "A" ? "B" : "A")) }, where, SIGNER.publicKey),
    );
    const forged = async (said: JsonObject) => {
      const payload = canonical(said);
      return { payload: toBase64url(payload), sig: toBase64url(await SIGNER.sign(PAYLOAD_TYPE.enrol, payload)) };
    };
    const said = { account: ACCOUNT, alg: 1, ledger: LEDGER, public_key: SIGNER.publicKey, signed_at: instantNow() };
    checkEnrolment(await forged(said), where, SIGNER.publicKey);
    for (const one of [
      { ...said, more: 1 },
      { ...said, alg: true },
      { ...said, alg: 2 },
      { ...said, signed_at: "now" },
    ]) {
      const bad = await forged(one);
      refused("bad_value", () => checkEnrolment(bad, where, SIGNER.publicKey));
    }
  });
});

describe("units", () => {
  const wish: Wish = { ledger: LEDGER, account: ACCOUNT, keyId: SIGNER.keyId };
  const payloadOf = (index: number) => blocks.get("unit")?.text(`payload.${index}`) ?? "";
  const opening = blocks.get("seal")?.json<Opening>("opening") as Opening;
  const prepared = { payload: payloadOf(0), payloadBase64: toBase64(utf8(payloadOf(0))), openings: [opening] };
  const drafts = [checkPrepared(prepared, wish), checkPrepared({ payload: payloadOf(1), openings: null }, wish)] as const;

  test("what was prepared says what was wished", () => {
    const party = { id: "9a8b7c6d-5e4f-4321-a0b1-c2d3e4f5a6b7", kind: "party" };
    const data = { post: "RP_OFFICER", name: "张示范", party };
    const record = { kind: "institution", id: "7d2c1a90-3f64-4c1b-b0a8-5e9d8c7b6a55" };
    checkPrepared(prepared, {
      ...wish,
      data,
      record,
      type: "institution.officer_appointed",
      meaning: "entry",
      effectiveOn: "2026-11-24",
    });
    refused("bad_value", () => checkPrepared(prepared, { ...wish, data: { ...data, name: "李示范" } }));
    refused("bad_value", () => checkPrepared(prepared, { ...wish, type: "institution.corrected" }));
    refused("bad_value", () => checkPrepared(prepared, { ...wish, record: { ...record, id: newUuid() } }));
    refused("bad_value", () => checkPrepared(prepared, { ...wish, effectiveOn: "2026-11-25" }));
    refused("bad_value", () => checkPrepared({ ...prepared, payloadBase64: "QQ==" }, wish));
    refused("wrong_ledger", () => checkPrepared(prepared, { ...wish, ledger: "x" }));
    refused("signer_mismatch", () => checkPrepared(prepared, { ...wish, account: newUuid() }));
    refused("signer_mismatch", () => checkPrepared(prepared, { ...wish, keyId: nobleSigner(demoSeed(1)).keyId }));
    refused("unopened_seal", () => checkPrepared({ ...prepared, openings: [] }, wish));
    refused("not_canonical", () => checkPrepared({ ...prepared, payload: ` ${prepared.payload}`, payloadBase64: null }, wish));
    refused("missing_field", () => checkPrepared({ payload: null }, wish));
  });

  test("a unit is one event or one whole batch in order", async () => {
    const [first, second] = drafts;
    await signUnit(drafts, SIGNER);
    const bad: [string, Draft[], Signer][] = [
      ["bad_batch", [second, first], SIGNER],
      ["bad_batch", [first], SIGNER],
      ["bad_batch", [first, first], SIGNER],
      ["bad_envelope", [], SIGNER],
      ["signer_mismatch", [...drafts], nobleSigner(demoSeed(1))],
      ["too_large", Array.from({ length: 1001 }, () => first), SIGNER],
      ["too_large", Array.from({ length: 40 }, () => ({ ...first, payload: new Uint8Array(60_000) })), SIGNER],
    ];
    for (const [code, unit, signer] of bad) await expect(signUnit(unit, signer), code).rejects.toMatchObject({ code });
  });

  test("a receipt is compared with what was sent", async () => {
    const [draft] = drafts;
    const unit = await signUnit(drafts, SIGNER);
    const signature = fromBase64(unit.envelopes[0]?.signatures[0].sig ?? "");
    const recordedAt = "2026-11-25T01:02:04.500000Z";
    const leaf = toBase64url(
      leafOf({
        recordedAt,
        hash: fromBase64(`${draft.hash.replaceAll("-", "+").replaceAll("_", "/")}=`),
        keyId: SIGNER.keyId,
        signature,
      }),
    );
    expect(receiptFits(draft, signature, { id: draft.statement.id, recordedAt, leaf })).toBe(true);
    expect(receiptFits(draft, signature, { id: draft.statement.id, recordedAt: "2026-11-25T01:02:04.500001Z", leaf })).toBe(false);
    expect(receiptFits(draft, signature, { id: newUuid(), recordedAt, leaf })).toBe(false);
    expect(receiptFits(draft, new Uint8Array(64), { id: draft.statement.id, recordedAt, leaf })).toBe(false);
  });

  test("a worker signs the same unit", async () => {
    for (const signer of [SIGNER, await webCryptoSigner(demoSeed(0))]) {
      const unit = await signUnit(drafts, signer, (by, payloads) => signBatch(by, payloads, { makeWorker: fakeWorker }));
      expect(canonicalText(JSON.parse(JSON.stringify(unit)) as Json)).toBe(blocks.get("unit")?.raw("json"));
    }
  });
});

describe("batches", () => {
  const payloads = Array.from({ length: 25 }, (_, n) => canonical({ n }));

  test("progress is told, the seed is wiped and the worker ends", async () => {
    const told: number[] = [];
    let worker: Fake | undefined;
    const makeWorker = () => (worker = fakeWorker());
    const signatures = await signBatch(SIGNER, payloads, { makeWorker, onProgress: (done, of) => told.push(done / of) });
    expect(signatures).toEqual(await Promise.all(payloads.map((payload) => SIGNER.sign(PAYLOAD_TYPE.event, payload))));
    expect(told).toEqual(payloads.map((_, n) => (n + 1) / 25));
    await worker?.ended;
    expect(worker?.terminated).toBe(true);
    expect(worker?.job?.secret).toEqual(new Uint8Array(32));
    expect(await SIGNER.sign(PAYLOAD_TYPE.event, payloads[0] as Bytes), "the signer keeps its own").toEqual(signatures[0]);
    expect(await signBatch(SIGNER, [], { makeWorker })).toEqual([]);
  });

  test("a worker that fails, does not start or is stopped rejects", async () => {
    const bad = (): Bytes => new Uint8Array(31);
    await expect(signBatch({ ...SIGNER, lend: bad }, payloads, { makeWorker: fakeWorker })).rejects.toThrow();
    const absent = (): Fake =>
      Object.assign(fakeWorker(), {
        postMessage(this: Fake) {
          this.onerror?.({ message: "404" } as ErrorEvent);
        },
      });
    await expect(signBatch(SIGNER, payloads, { makeWorker: absent })).rejects.toThrow("404");
    const stop = new AbortController();
    const stopped = signBatch(SIGNER, payloads, {
      makeWorker: fakeWorker,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(stopped).rejects.toThrow("enough");
    await expect(signBatch(SIGNER, payloads, { makeWorker: fakeWorker, signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow(
      "before",
    );
  });

  test("a browser that cannot hand a key to a worker signs here", async () => {
    const refusing = (): Fake =>
      Object.assign(fakeWorker(), {
        postMessage() {
          throw new DOMException("no", "DataCloneError");
        },
      });
    expect(await signBatch(await webCryptoSigner(demoSeed(0)), payloads, { makeWorker: refusing })).toHaveLength(25);
  });
});

describe("login", () => {
  const challenge = {
    payload_type: PAYLOAD_TYPE.session,
    ledger: LEDGER,
    audience: "http://127.0.0.1:8080",
    nonce: toBase64url(new Uint8Array(32)),
    expires_at: "2026-11-25T01:04:03.000456Z",
    purpose: "login",
  };
  const session = { token: "t", account: ACCOUNT, key: SIGNER.keyId, expires_at: challenge.expires_at, roles: ["T_SUP"] };
  const input = { origin: "http://127.0.0.1:8080", account: ACCOUNT, signer: SIGNER };

  function service(...answers: [number, unknown][]) {
    const calls: { url: string; init: RequestInit | undefined }[] = [];
    const fetch = (url: string, init?: RequestInit) => {
      calls.push({ url, init });
      const [status, body] = answers.shift() ?? [500, undefined];
      return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(body), { status }));
    };
    return { calls, fetch };
  }

  test("a challenge is signed for the address that was called", async () => {
    const { calls, fetch } = service([200, challenge], [200, session]);
    expect(await login({ ...input, fetch, ledger: LEDGER })).toEqual(session);
    expect(calls.map(({ url, init }) => [init?.method ?? "GET", url])).toEqual([
      ["GET", `${input.origin}/session`],
      ["POST", `${input.origin}/session`],
    ]);
    const { payload_type: _, ...rest } = challenge;
    const payload = canonicalText({ ...rest, account: ACCOUNT, key: SIGNER.keyId });
    expect(JSON.parse(String(calls[1]?.init?.body))).toMatchObject({
      payload: toBase64(utf8(payload)),
      payloadType: PAYLOAD_TYPE.session,
    });
  });

  test("any other challenge is not signed", async () => {
    const bad: [string, JsonObject][] = [
      ["wrong_audience", { ...challenge, audience: "http://127.0.0.1:8081" }],
      ["wrong_audience", { ...challenge, audience: "http://127.0.0.1:8080/" }],
      ["bad_payload_type", { ...challenge, payload_type: PAYLOAD_TYPE.event }],
      ["bad_value", { ...challenge, purpose: "logout" }],
      ["bad_value", { ...challenge, more: 1 }],
      ["bad_value", { ...challenge, nonce: "QQ" }],
      ["bad_value", { ...challenge, ledger: "QQ" }],
      ["bad_value", { ...challenge, expires_at: "soon" }],
      ["wrong_ledger", { ...challenge, ledger: toBase64url(new Uint8Array(16)) }],
    ];
    for (const [code, one] of bad) await expect(signChallenge(one, { ...input, ledger: LEDGER }), code).rejects.toMatchObject({ code });
  });

  test("an audience has its port", () => {
    expect(audienceOf("https://radledger.example")).toBe("https://radledger.example:443");
    expect(audienceOf("http://radledger.example")).toBe("http://radledger.example:80");
    expect(audienceOf("http://[::1]:8080")).toBe("http://[::1]:8080");
  });

  test("a refusal has its code and both texts; anything else is a fault of the service", async () => {
    const refusal = {
      error: { message: "x / y", extensions: { code: "key_not_active", pointer: "/key", messageZh: "x", messageEn: "y" } },
    };
    const { fetch } = service([200, challenge], [401, refusal]);
    const fault = await login({ ...input, fetch }).catch((caught: unknown) => caught);
    expect(fault).toBeInstanceOf(LoginRefused);
    expect(fault).toMatchObject({ code: "key_not_active", pointer: "/key", messageZh: "x", messageEn: "y" });
    await expect(login({ ...input, fetch: service([502, "gateway"]).fetch })).rejects.toBeInstanceOf(ServiceError);
    await expect(
      login({ ...input, fetch: service([200, challenge], [200, { ...session, account: newUuid() }]).fetch }),
    ).rejects.toBeInstanceOf(ServiceError);
  });

  test("a session ends", async () => {
    const { calls, fetch } = service([204, null], [401, {}], [500, {}]);
    const end = () => logout({ fetch, origin: input.origin, token: "t" });
    await end();
    await end();
    await expect(end()).rejects.toBeInstanceOf(ServiceError);
    expect(calls[0]?.init).toMatchObject({ method: "DELETE", headers: { authorization: "Bearer t" } });
  });
});

function sealedName(statement: Statement): { $sealed: string } {
  return statement.data["name"] as unknown as { $sealed: string };
}

interface Fake extends BatchWorker {
  job?: Parameters<typeof work>[0];
  terminated: boolean;
  ended?: Promise<void>;
}

/** A worker in the same thread: what is posted is cloned and moved as a browser does it. */
function fakeWorker(): Fake {
  const fake: Fake = {
    onmessage: null,
    onerror: null,
    terminated: false,
    postMessage(job, transfer) {
      fake.job = structuredClone(job, { transfer });
      fake.ended = work(fake.job, (data: BatchNews) => {
        if (!fake.terminated) fake.onmessage?.({ data: structuredClone(data) } as MessageEvent<BatchNews>);
      });
    },
    terminate: () => void (fake.terminated = true),
  };
  return fake;
}
