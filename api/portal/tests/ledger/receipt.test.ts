// A receipt is checked without trusting anybody: one flipped byte in each part names the check that fails.

import { sign as nobleSign } from "@noble/ed25519";
import { describe, expect, test } from "vitest";
import { type Bytes, concat, fromBase64, fromBase64url, instantMicros, instantText, toBase64, toBase64url, utf8 } from "@/ledger/bytes";
import { statementHash } from "@/ledger/envelope";
import { publicKeyIn } from "@/ledger/enrol";
import { nobleSigner } from "@/ledger/keys";
import { checkpointText, ledgerOf, noteKeyId, readCheckpoint, readVkey } from "@/ledger/note";
import { type CheckName, CHECKS, checkReceipt, type EventGiven, eventsOfFiles, type ReceiptInput, verdict } from "@/ledger/receipt";
import { readProof, writeProof } from "@/ledger/tlogproof";
import { leafHash, leafOf } from "@/ledger/tree";
import { demoSeed, inclusionOf, refused, rootOf } from "./common";
import { readBlocks } from "./worked";

const blocks = readBlocks();
const line = (block: string, name: string): string => blocks.get(block)?.text(name) ?? "";
const VKEY = line("checkpoint", "vkey");
const NOTE = line("checkpoint", "note");
const PROOF = line("checkpoint", "tlog_proof");
const SIGNER = nobleSigner(demoSeed(0));
// The proof of the page is that of leaf 5, recorded five microseconds after the worked one.
const RECORDED_AT = instantText(instantMicros(line("leaf", "recorded_at")) + 5n);

const payload = line("payload", "text");
const signature = fromBase64(line("signature", "sig_base64"));
const leafAt = (recordedAt: string) => leafOf({ recordedAt, hash: statementHash(utf8(payload)), keyId: SIGNER.keyId, signature });
const event: EventGiven = {
  payload,
  signature: toBase64url(signature),
  algorithm: 1,
  hash: line("pae", "hash"),
  receipt: {
    ledger: "AAECAwQFBgcICQoLDA0ODw",
    id: "11111111-2222-4333-8444-555555555555",
    record: { kind: "device", id: "c0ffee00-1234-4abc-8def-0123456789ab" },
    version: "1",
    position: "5",
    recordedAt: RECORDED_AT,
    leaf: toBase64url(leafAt(RECORDED_AT)),
    proof: PROOF,
  },
};
const input: ReceiptInput = { event, vkey: VKEY, publicKey: SIGNER.publicKey };

const states = (given: ReceiptInput) => Object.fromEntries(checkReceipt(given).map(({ name, state }) => [name, state]));
const failed = (given: ReceiptInput): CheckName[] =>
  checkReceipt(given)
    .filter(({ state }) => state === "failed")
    .map(({ name }) => name);
const unknown = (given: ReceiptInput): CheckName[] =>
  checkReceipt(given)
    .filter(({ state }) => state === "unknown")
    .map(({ name }) => name);
const withReceipt = (change: Partial<EventGiven["receipt"]>): ReceiptInput => ({
  ...input,
  event: { ...event, receipt: { ...event.receipt, ...change } },
});
const withEvent = (change: Partial<EventGiven>): ReceiptInput => ({ ...input, event: { ...event, ...change } });
const flip = (bytes: Uint8Array, at: number): Bytes => Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
const flipUrl = (text: string, at: number): string => toBase64url(flip(fromBase64url(text), at));

describe("a receipt", () => {
  test("of the page holds in every check", () => {
    const checks = checkReceipt(input);
    expect(checks.map(({ name }) => name)).toEqual(CHECKS);
    expect(checks.filter(({ state }) => state !== "ok")).toEqual([]);
    expect(verdict(checks)).toBe("ok");
    expect(verdict(checkReceipt({ ...input, event: withReceipt({ proof: null }).event, proof: PROOF }))).toBe("ok");
  });

  const body = payload.indexOf("D0001");
  test.each<[string, ReceiptInput, CheckName[]]>([
    [
      "a letter of the payload",
      withEvent({ payload: `${payload.slice(0, body)}E${payload.slice(body + 1)}` }),
      ["hash", "signature", "leaf", "inclusion"],
    ],
    ["the hash beside it", withEvent({ hash: flipUrl(event.hash ?? "", 0) }), ["hash"]],
    ["the signature", withEvent({ signature: flipUrl(event.signature, 10) }), ["signature", "leaf", "inclusion"]],
    ["the algorithm", withEvent({ algorithm: 2 }), ["signature", "leaf", "inclusion"]],
    ["the public key", { ...input, publicKey: nobleSigner(demoSeed(1)).publicKey }, ["key"]],
    ["the point of the public key", { ...input, publicKey: flipUrl(SIGNER.publicKey, 43) }, ["key"]],
    ["the ledger", withReceipt({ ledger: flipUrl(event.receipt.ledger, 0) }), ["ledger"]],
    ["the id", withReceipt({ id: "11111111-2222-4333-8444-555555555556" }), ["receipt"]],
    ["the record", withReceipt({ record: { kind: "device", id: event.receipt.id } }), ["receipt"]],
    ["the version", withReceipt({ version: "2" }), ["receipt"]],
    ["the position", withReceipt({ position: "4" }), ["inclusion"]],
    ["the time of recording", withReceipt({ recordedAt: line("leaf", "recorded_at") }), ["leaf", "inclusion"]],
    ["the first byte of the leaf", withReceipt({ leaf: flipUrl(event.receipt.leaf, 0) }), ["leaf"]],
    ["the last byte of the leaf", withReceipt({ leaf: flipUrl(event.receipt.leaf, 72) }), ["leaf"]],
    ["a hash of the proof", { ...input, proof: proofWith({ hash: true }) }, ["inclusion"]],
    ["the index of the proof", { ...input, proof: PROOF.replace("index 5", "index 6") }, ["inclusion"]],
    ["the root of the checkpoint", { ...input, proof: proofWith({ root: true }) }, ["checkpoint"]],
    ["the size of the checkpoint", { ...input, proof: PROOF.replace("\n7\n", "\n8\n") }, ["checkpoint"]],
    ["the signature of the checkpoint", { ...input, proof: proofWith({ sig: true }) }, ["checkpoint"]],
    ["the head of the proof", { ...input, proof: PROOF.replace("@v1", "@v2") }, ["checkpoint"]],
    ["the log's key", { ...input, vkey: VKEY.replace("+e5846cdf+", "+e5846cde+") }, ["ledger", "checkpoint"]],
  ])("with another byte in %s", (_, given, names) => {
    expect(failed(given)).toEqual(names);
    expect(verdict(checkReceipt(given))).toBe("failed");
  });

  test("what is not canonical, and what is no statement, fails as payload", () => {
    expect(failed(withEvent({ payload: payload.replace('{"data"', '{ "data"') }))[0]).toBe("payload");
    expect(failed(withEvent({ payload: payload.replace('"version":1', '"version":0') }))[0]).toBe("payload");
    expect(failed(withEvent({ payload: "\ud800" }))).toEqual(["payload"]);
  });

  test("what cannot be looked at is unknown, not well", () => {
    expect(unknown({ event, vkey: VKEY })).toEqual(["key", "signature"]);
    expect(failed({ event, vkey: VKEY })).toEqual([]);
    expect(unknown(withReceipt({ proof: null }))).toEqual(["checkpoint", "inclusion"]);
    expect(verdict(checkReceipt(withReceipt({ proof: null })))).toBe("unknown");
    expect(states({ ...input, proof: proofWith({ sig: true }) })["inclusion"]).toBe("unknown");
    expect(verdict([])).toBe("unknown");
    const { hash: _, ...without } = event;
    expect(states({ ...input, event: without })["hash"]).toBe("ok");
  });

  test("another ledger's log does not vouch for it", () => {
    const seed = demoSeed(7);
    const origin = "other.example/AQECAwQFBgcICQoLDA0ODw/1";
    const { point, vkey } = logOf(seed, origin);
    const hashes = Array.from({ length: 7 }, (_unused, at) => leafHash(leafAt(instantText(instantMicros(RECORDED_AT) - 5n + BigInt(at)))));
    const note = sign(seed, origin, point, checkpointText({ origin, size: 7, root: rootOf(hashes) }));
    const proof = writeProof({ index: 5, hashes: inclusionOf(5, hashes), checkpoint: note });
    expect(failed({ ...input, vkey, proof })).toEqual(["ledger"]);
  });

  test("of two files, as `radledger sign` and `radledger submit` print them", () => {
    const unit = JSON.stringify({ envelopes: [JSON.parse(blocks.get("envelope")?.raw("json") ?? "")], openings: [[]] });
    const { recordedAt, position, version, ...rest } = event.receipt;
    const printed = {
      ...rest,
      recorded_at: recordedAt,
      position: Number(position),
      version: Number(version),
      state: "published",
    };
    const [read] = eventsOfFiles(unit, JSON.stringify([printed], null, 2));
    expect(read).toEqual({ payload, signature: event.signature, receipt: event.receipt });
    expect(verdict(checkReceipt({ event: read as EventGiven, vkey: VKEY, publicKey: SIGNER.publicKey }))).toBe("ok");
    refused("missing_field", () => eventsOfFiles(unit, "[]"));
    refused("bad_envelope", () => eventsOfFiles("{}", "[]"));
    refused("bad_json", () => eventsOfFiles("{", "[]"));
  });

  test("the signer's key is found in the event that brought it in", () => {
    const other = nobleSigner(demoSeed(1)).publicKey;
    expect(publicKeyIn({ public_key: SIGNER.publicKey }, SIGNER.keyId)).toBe(SIGNER.publicKey);
    expect(publicKeyIn({ public_key: other }, SIGNER.keyId)).toBeUndefined();
    expect(publicKeyIn({ roots: [{ public_key: other }, { public_key: SIGNER.publicKey }] }, SIGNER.keyId)).toBe(SIGNER.publicKey);
    expect(publicKeyIn({ roots: [], service: { public_key: SIGNER.publicKey } }, SIGNER.keyId)).toBe(SIGNER.publicKey);
    expect(publicKeyIn({ public_key: "short" }, SIGNER.keyId)).toBeUndefined();
  });
});

describe("notes and proofs", () => {
  const log = readVkey(VKEY);
  const [text = "", signed = ""] = NOTE.split("\n\n");
  const blob = fromBase64(signed.trimEnd().split(" ")[2] ?? "");
  const lineOf = (name: string, bytes: Uint8Array) => `— ${name} ${toBase64(bytes)}\n`;

  test("lines of other keys are passed over, a bad line of ours spoils the note", () => {
    const foreign = lineOf("other.example/log", concat(blob.slice(0, 4), new Uint8Array(64)));
    const otherId = lineOf(log.origin, concat(new Uint8Array(4), blob.slice(4)));
    const strange = lineOf("other.example/log", new Uint8Array(5));
    expect(readCheckpoint(NOTE + foreign + otherId + strange, log).size).toBe(7);
    const bad = lineOf(log.origin, flip(blob, 20));
    for (const note of [NOTE + bad, `${text}\n\n${bad}${signed}`, `${text}\n\n${bad}`, `${text}\n\n${foreign}`])
      refused("bad_note", () => readCheckpoint(note, log));
    expect(readCheckpoint(NOTE + foreign.repeat(15), log).size).toBe(7);
    refused("bad_note", () => readCheckpoint(NOTE + foreign.repeat(16), log));
  });

  test("notes of another form are refused", () => {
    const forms = [
      "",
      "\n\n",
      text,
      `${text}\n`,
      NOTE.trimEnd(),
      `${NOTE}\n`,
      `${NOTE}more\n`,
      NOTE.replaceAll("\n", "\r\n"),
      NOTE.replace("— ", "- "),
      `${NOTE}— x\n`,
    ];
    for (const form of forms) refused("bad_note", () => readCheckpoint(form, log));
    // Signed by the key, and still no checkpoint of this log.
    const root = toBase64(new Uint8Array(32));
    const seed = blocks.get("checkpoint")?.hex("seed") as Bytes;
    const wrong = [
      `${log.origin}\n07\n${root}\n`,
      `${log.origin}\n7\n${root}\nextension\n`,
      `other\n7\n${root}\n`,
      `${log.origin}\n7\nAA==\n`,
      `${log.origin}\n9007199254740992\n${root}\n`,
    ];
    for (const one of wrong) refused("bad_note", () => readCheckpoint(sign(seed, log.origin, log.point, one), log));
    expect(readCheckpoint(sign(seed, log.origin, log.point, `${log.origin}\n0\n${root}\n`), log).size).toBe(0);
  });

  test("verifier keys of another form are refused", () => {
    const [origin = "", id = "", key = ""] = VKEY.split("+e5846cdf+").flatMap((part, at) => (at === 0 ? [part, "e5846cdf"] : [part]));
    const small = concat(Uint8Array.of(1), new Uint8Array(32));
    const other = concat(Uint8Array.of(2), log.point);
    const forms = [
      "",
      origin,
      `${origin}+${id}`,
      `${origin}+${id.toUpperCase()}+${key}`,
      `${origin} +${id}+${key}`,
      `${origin}+${id}+${key.slice(1)}`,
      `${origin}+${id}+${toBase64(small)}`,
      `${origin}+${id}+${toBase64(other)}`,
      ` ${VKEY}`,
      `${VKEY}\n`,
    ];
    for (const form of forms) refused("bad_value", () => readVkey(form));
  });

  test("an origin names its ledger", () => {
    expect(ledgerOf(log.origin)).toBe("AAECAwQFBgcICQoLDA0ODw");
    expect(ledgerOf("a/b/AAECAwQFBgcICQoLDA0ODw/2")).toBe("AAECAwQFBgcICQoLDA0ODw");
    for (const origin of ["AAECAwQFBgcICQoLDA0ODw/1", "x/AAECAwQFBgcICQoLDA0ODw", "x/AAECAwQFBgcICQoLDA0ODw/0", "x/short/1"])
      expect(ledgerOf(origin)).toBeUndefined();
  });

  test("proofs have one form", () => {
    const extra = PROOF.replace("@v1\n", "@v1\nextra QQ==\n");
    expect(readProof(extra).extra).toEqual(utf8("A"));
    expect(writeProof(readProof(extra))).toBe(extra);
    const forms = [
      "",
      PROOF.replace("\n\n", "\n"),
      PROOF.replace("index 5", "index 05"),
      PROOF.replace("index 5", "index -5"),
      PROOF.replace("index 5\n", ""),
      PROOF.replace("ZYU=", "ZYU"),
      PROOF.replaceAll("\n", "\r\n"),
      PROOF.replace("@v1\n", "@v1\nextra QQ\n"),
      PROOF.replace("index 5", `index 5${"\nCTf7tPR8wNs3IHlvaWt8qOLY1E807K3bbkHqeVUBsGk=".repeat(64)}`),
      PROOF.replace("index 5", "index 9007199254740993"),
    ];
    for (const form of forms) refused("bad_proof", () => readProof(form));
  });
});

function proofWith(change: { hash?: boolean; root?: boolean; sig?: boolean }): string {
  const proof = readProof(PROOF);
  const hashes = proof.hashes.map((hash, at) => (change.hash && at === 1 ? flip(hash, 31) : hash));
  const checkpoint = proof.checkpoint
    .replace(/^\S{43}=$/m, (root) => (change.root ? toBase64(flip(fromBase64(root), 0)) : root))
    .replace(/\S+\n$/, (sig) => (change.sig ? `${toBase64(flip(fromBase64(sig.trimEnd()), 30))}\n` : sig));
  return writeProof({ ...proof, hashes, checkpoint });
}

function logOf(seed: Bytes, origin: string): { point: Bytes; vkey: string } {
  const point = fromBase64url(nobleSigner(seed).publicKey).slice(12);
  const id = Array.from(noteKeyId(origin, point), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { point, vkey: `${origin}+${id}+${toBase64(concat(Uint8Array.of(1), point))}` };
}

function sign(seed: Bytes, origin: string, point: Bytes, text: string): string {
  return `${text}\n— ${origin} ${toBase64(concat(noteKeyId(origin, point), nobleSign(utf8(text), seed)))}\n`;
}
