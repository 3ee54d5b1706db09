// Every worked block of the page that concerns a browser, computed again. A block that nobody has decided upon fails, and
// so does a line that nothing used.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as bytes from "@/ledger/bytes";
import { checkPrepared, signUnit } from "@/ledger/append";
import { checkEnrolment, proveEnrolment, type EnrolmentProof } from "@/ledger/enrol";
import { isPrimeOrder, verifyStrict } from "@/ledger/ed25519";
import { envelopeOf, PAYLOAD_TYPE, pae, paeHead, readEnvelope, statementHash } from "@/ledger/envelope";
import { canonical, canonicalText, type JsonObject, readPayload } from "@/ledger/json";
import { fromPem, nobleSigner, toPem, webCryptoSigner } from "@/ledger/keys";
import { checkpointText, noteKeyId, readCheckpoint, readVkey } from "@/ledger/note";
import { readPublicKey, verifyPayload } from "@/ledger/public-key";
import { commitment, checkOpenings, maySeal, type Opening, seal, sealMessage } from "@/ledger/seal";
import { signChallenge } from "@/ledger/session";
import { readStatement, type Statement } from "@/ledger/statement";
import { readProof, writeProof } from "@/ledger/tlogproof";
import { emptyRoot, entryOf, leafHash, leafOf, verifyConsistency, verifyInclusion } from "@/ledger/tree";
import { sign as nobleSign } from "@noble/ed25519";
import { consistencyOf, demoSeed, inclusionOf, refused, rootOf, signEvent } from "./common";
import { type Block, readBlocks } from "./worked";

const blocks = readBlocks();
const SEED = demoSeed(0);

/** Blocks of what a browser has no part in. */
const NOT_OURS = [
  "at-rest", // boxes of the key store
  "claims", // index keys of the service
  "service-id", // ids of the service
  "warning-id", // ids of the service
  "row", // bundles
];

const tested: Record<string, (b: Block) => void | Promise<void>> = {
  forms(b) {
    for (const line of ["base64url", "base64url_spare"]) {
      expect(bytes.toBase64url(bytes.fromBase64url(b.text(line)))).toBe(b.text(line));
    }
    const refusing: Record<string, (text: string) => unknown> = {
      "base64url_refused.": bytes.fromBase64url,
      "base64_refused.": bytes.fromBase64,
      "instant_refused.": bytes.instantMicros,
      "uuid_refused.": bytes.uuidBytes,
    };
    for (const [prefix, read] of Object.entries(refusing)) {
      expect(b.starting(prefix)).not.toHaveLength(0);
      for (const line of b.starting(prefix)) refused("bad_value", () => read(b.text(line)));
    }
    for (const line of b.starting("date_refused.")) expect(bytes.isDate(b.text(line)), line).toBe(false);
    const micros = BigInt(b.text("instant.microseconds"));
    expect(bytes.instantMicros(b.text("instant"))).toBe(micros);
    expect(bytes.instantText(micros)).toBe(b.text("instant"));
    expect(bytes.civilDay(b.text("instant"))).toBe(b.text("instant.civil_day"));
    const [instant = "", day] = b.text("instant.next_civil_day").split(" ");
    expect(bytes.civilDay(instant)).toBe(day);
    expect(bytes.uuidBytes(b.text("uuid"))).toEqual(b.hex("uuid.bytes"));
    expect(bytes.lp(b.text("lp.of"))).toEqual(b.hex("lp"));
  },

  "accepted-json"(b) {
    for (const line of b.starting("")) {
      const data = bytes.utf8(b.text(line));
      expect(canonical(readPayload(data)), line).toEqual(data);
    }
  },

  "refused-json"(b) {
    for (const line of b.starting("")) {
      const value = b.text(line);
      const times = /^(\d+) times ([0-9a-f]{2})$/.exec(value);
      const data = times
        ? new Uint8Array(Number(times[1])).fill(Number.parseInt(times[2] ?? "", 16))
        : value.startsWith("hex ")
          ? bytes.fromHex(value.slice(4))
          : bytes.utf8(value);
      refused(line.split(".")[0] as "bad_json", () => readPayload(data));
    }
  },

  payload(b) {
    const data = bytes.utf8(b.text("text"));
    expect(data).toHaveLength(Number(b.text("bytes")));
    expect(readStatement(data).type).toBe("device.registered");
    // A wish that was put into any order comes out as these bytes.
    const said = JSON.parse(b.text("text")) as JsonObject;
    expect(canonical(Object.fromEntries(Object.entries(said).reverse()))).toEqual(data);
  },

  pae(b) {
    expect(paeHead(PAYLOAD_TYPE.event, payload())).toBe(b.text("head"));
    expect(statementHash(payload())).toEqual(b.hex("sha256"));
    expect(bytes.toBase64url(statementHash(payload()))).toBe(b.text("hash"));
  },

  key(b) {
    const signer = nobleSigner(SEED);
    expect(SEED).toEqual(b.hex("seed"));
    const key = readPublicKey(b.text("public_key"));
    expect(bytes.fromBase64url(key.text)).toEqual(b.hex("spki"));
    expect(signer.publicKey).toBe(b.text("public_key"));
    expect(signer.keyId).toBe(b.text("key_id"));
    expect(key.id).toBe(b.text("key_id"));
    expect(isPrimeOrder(key.point)).toBe(true);
    expect(toPem(SEED)).toBe(b.text("pem"));
    expect(fromPem(b.text("pem")).seed).toEqual(SEED);
  },

  async signature(b) {
    for (const signer of [nobleSigner(SEED), await webCryptoSigner(SEED)]) {
      const signature = await signer.sign(PAYLOAD_TYPE.event, payload());
      expect(signature).toEqual(b.hex("sig"));
      expect(bytes.toBase64(signature)).toBe(b.text("sig_base64"));
      const key = readPublicKey(signer.publicKey);
      expect(verifyPayload(key, PAYLOAD_TYPE.event, payload(), signature)).toBe(true);
      expect(verifyPayload(key, PAYLOAD_TYPE.export, payload(), signature)).toBe(false);
    }
  },

  envelope(b) {
    const signer = nobleSigner(SEED);
    const signature = signEvent(SEED, payload());
    const made = envelopeOf(PAYLOAD_TYPE.event, payload(), signer.keyId, signature);
    expect(JSON.stringify(made)).toBe(b.raw("json"));
    expect(readEnvelope(b.raw("json"), PAYLOAD_TYPE.event)).toEqual({ payload: payload(), keyId: signer.keyId, signature });
  },

  async enrolment(b) {
    const said = b.json<{ ledger: string; account: string; signed_at: string; public_key: string }>("payload");
    for (const signer of [nobleSigner(SEED), await webCryptoSigner(SEED)]) {
      const proof = await proveEnrolment(signer, said, said.signed_at);
      expect(canonicalText({ ...proof })).toBe(b.raw("proof"));
    }
    const proof = b.json<EnrolmentProof>("proof");
    const signed = bytes.fromBase64url(proof.payload);
    expect(bytes.fromUtf8(signed)).toBe(b.raw("payload"));
    expect(paeHead(PAYLOAD_TYPE.enrol, signed)).toBe(b.text("pae_head"));
    expect(bytes.fromBase64url(proof.sig)).toEqual(b.hex("sig"));
    checkEnrolment(proof, said, said.public_key);
  },

  seal(b) {
    const opening = b.json<Opening>("opening");
    const place = { ledger: b.text("ledger"), event: b.text("event"), pointer: b.text("pointer") };
    const [salt, value] = [b.hex("salt"), b.text("value")];
    expect(sealMessage(place, salt, value)).toEqual(b.hex("message"));
    expect(commitment(place, salt, value)).toEqual(b.hex("commitment"));
    const made = seal(place, opening.subject, value, salt);
    expect(canonicalText({ ...made.sealed })).toBe(b.raw("json"));
    expect(made.opening).toEqual(opening);
  },

  "sealed-values"(b) {
    for (const line of b.starting("accepted.")) expect(maySeal(b.json(line)), line).toBe(true);
    for (const line of b.starting("refused.")) expect(maySeal(b.json(line)), line).toBe(false);
  },

  leaf(b) {
    const leaf = workedLeaf(0);
    expect(leaf).toHaveLength(73);
    expect(leaf).toEqual(b.hex("leaf"));
    expect(leaf.slice(1, 9)).toEqual(b.hex("recorded_at.u64be"));
    expect(leaf.slice(41)).toEqual(b.hex("signature_digest"));
    expect(bytes.toBase64url(leaf)).toBe(b.text("leaf_base64url"));
    expect(leafHash(leaf)).toEqual(b.hex("leaf_hash"));
    expect(entryOf(leaf)).toEqual(b.hex("entry"));
    expect(bytes.instantText(BigInt(`0x${bytes.toHex(leaf.slice(1, 9))}`))).toBe(b.text("recorded_at"));
  },

  tree(b) {
    const hashes = workedHashes(257);
    const proofOf = (line: string) => b.text(line).split(" ").filter(Boolean).map(bytes.fromHex);
    expect(emptyRoot()).toEqual(b.hex("root.0"));
    for (const line of b.starting("root.")) {
      expect(rootOf(hashes.slice(0, Number(line.slice(5)))), line).toEqual(b.hex(line));
    }
    for (const line of b.starting("inclusion.")) {
      const [, index = 0, size = 0] = line.split(".").map(Number);
      const [leaf, root, proof] = [hashes[index] as bytes.Bytes, b.hex(`root.${size}`), proofOf(line)];
      expect(inclusionOf(index, hashes.slice(0, size))).toEqual(proof);
      expect(verifyInclusion(index, size, leaf, proof, root), line).toBe(true);
      expect(verifyInclusion(index, size, new Uint8Array(32), proof, root)).toBe(false);
      expect(verifyInclusion(index, size, leaf, [...proof, new Uint8Array(32)], root)).toBe(false);
      expect(verifyInclusion(index + 1, size, leaf, proof, root)).toBe(false);
      if (proof.length > 0) expect(verifyInclusion(index, size, leaf, proof.slice(1), root)).toBe(false);
    }
    for (const line of b.starting("consistency.")) {
      const [, first = 0, second = 0] = line.split(".").map(Number);
      const [one, two, proof] = [rootOf(hashes.slice(0, first)), b.hex(`root.${second}`), proofOf(line)];
      expect(consistencyOf(first, hashes.slice(0, second))).toEqual(proof);
      expect(verifyConsistency(first, second, one, two, proof), line).toBe(true);
      expect(verifyConsistency(first, second, new Uint8Array(32), two, proof)).toBe(false);
      expect(verifyConsistency(first, second, one, new Uint8Array(32), proof)).toBe(false);
      expect(verifyConsistency(first, second, one, two, [...proof, new Uint8Array(32)])).toBe(false);
      expect(verifyConsistency(first, second, one, two, proof.slice(1))).toBe(false);
    }
  },

  checkpoint(b) {
    const seed = b.hex("seed");
    const log = readVkey(b.text("vkey"));
    expect(log.origin).toBe(b.text("origin"));
    expect(log.point).toEqual(readPublicKey(nobleSigner(seed).publicKey).point);
    const hashes = workedHashes(7);
    const text = checkpointText({ origin: log.origin, size: 7, root: rootOf(hashes) });
    const blob = bytes.concat(noteKeyId(log.origin, log.point), nobleSign(bytes.utf8(text), seed));
    expect(`${text}\n— ${log.origin} ${bytes.toBase64(blob)}\n`).toBe(b.text("note"));
    expect(readCheckpoint(b.text("note"), log)).toEqual({ origin: log.origin, size: 7, root: rootOf(hashes) });
    const proof = { index: 5, hashes: inclusionOf(5, hashes), checkpoint: b.text("note") };
    expect(writeProof(proof)).toBe(b.text("tlog_proof"));
    expect(readProof(b.text("tlog_proof"))).toEqual(proof);
  },

  async unit(b) {
    const opening = block("seal").json<Opening>("opening");
    const drafts = [[opening], []].map((openings, index) => {
      const text = b.text(`payload.${index}`);
      const { ledger, signer } = JSON.parse(text) as Statement;
      return checkPrepared({ payload: text, openings }, { ledger, account: signer.account, keyId: signer.key });
    });
    drafts.forEach(({ hash }, index) => expect(hash).toBe(b.text(`hash.${index}`)));
    checkOpenings((drafts[0] as (typeof drafts)[0]).statement, [opening]);
    for (const signer of [nobleSigner(SEED), await webCryptoSigner(SEED)]) {
      expect(canonicalText(JSON.parse(JSON.stringify(await signUnit(drafts, signer))))).toBe(b.raw("json"));
    }
  },

  async session(b) {
    const signed = bytes.utf8(b.raw("payload"));
    const { account, key, ...challenge } = b.json<Record<string, string>>("payload");
    expect(paeHead(PAYLOAD_TYPE.session, signed)).toBe(b.text("pae_head"));
    for (const signer of [nobleSigner(SEED), await webCryptoSigner(SEED)]) {
      expect(signer.keyId).toBe(key);
      const envelope = await signChallenge(
        { ...challenge, payload_type: PAYLOAD_TYPE.session },
        { origin: challenge.audience as string, account: account as string, signer },
      );
      expect(JSON.stringify(envelope)).toBe(b.raw("envelope"));
    }
  },

  // The portal signs no export, but it may be shown one: payload, head and signature are those of the other types.
  export(b) {
    const signed = bytes.utf8(b.raw("payload"));
    expect(canonical(readPayload(signed))).toEqual(signed);
    expect(paeHead(PAYLOAD_TYPE.export, signed)).toBe(b.text("pae_head"));
    const { point } = readPublicKey(nobleSigner(SEED).publicKey);
    expect(verifyStrict(point, pae(PAYLOAD_TYPE.export, signed), b.hex("sig"))).toBe(true);
  },
};

describe("docs/wire-format.md", () => {
  test("every block is computed again, or is none of ours", () => {
    expect([...Object.keys(tested), ...NOT_OURS].sort()).toEqual([...blocks.keys()].sort());
  });

  test.each(Object.keys(tested))("%s", async (name) => {
    const b = block(name);
    await tested[name]?.(b);
    expect(b.unused(), `lines of ${name} that nothing checked`).toEqual([]);
  });

  test("the published catalogue is its own canonical form", () => {
    const file = readFileSync(new URL("../../../../domain/files/catalogue-7.json", import.meta.url));
    expect(canonicalText(JSON.parse(file.toString("utf8")))).toBe(file.toString("utf8"));
  });
});

function block(name: string): Block {
  const found = blocks.get(name);
  if (!found) throw new Error(`the page has no worked block ${name}`);
  return found;
}

function payload(): bytes.Bytes {
  return bytes.utf8(block("payload").text("text"));
}

function workedLeaf(later: number): bytes.Bytes {
  const micros = bytes.instantMicros(block("leaf").text("recorded_at")) + BigInt(later);
  return leafOf({
    recordedAt: bytes.instantText(micros),
    hash: statementHash(payload()),
    keyId: nobleSigner(SEED).keyId,
    signature: block("signature").hex("sig"),
  });
}

function workedHashes(count: number): bytes.Bytes[] {
  return Array.from({ length: count }, (_, at) => leafHash(workedLeaf(at)));
}
