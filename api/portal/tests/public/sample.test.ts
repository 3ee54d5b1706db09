// The sample of the public page is what the wire format's worked bytes make, and it verifies.
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { instantMicros, instantText, toBase64url } from "@/ledger/bytes";
import { PAYLOAD_TYPE, readEnvelope, statementHash } from "@/ledger/envelope";
import { checkReceipt, type ReceiptInput, verdict } from "@/ledger/receipt";
import { leafOf } from "@/ledger/tree";
import { sample, tampered } from "@/public/cases";
import { type Block, readBlocks } from "../ledger/worked";

const POSITION = 5;
const blocks = readBlocks();

function worked(name: string): Block {
  const block = blocks.get(name);
  if (!block) throw new Error(`no worked block ${name}`);
  return block;
}

function made(): ReceiptInput {
  const { payload: bytes, keyId, signature } = readEnvelope(worked("envelope").text("json"), PAYLOAD_TYPE.event);
  const payload = new TextDecoder().decode(bytes);
  const { ledger, id, record, version } = JSON.parse(payload) as {
    ledger: string;
    id: string;
    record: { kind: string; id: string };
    version: number;
  };
  // Leaf i of the worked trees is the worked leaf recorded i microseconds later.
  const recordedAt = instantText(instantMicros(worked("leaf").text("recorded_at")) + BigInt(POSITION));
  const hash = statementHash(bytes);
  const leaf = toBase64url(leafOf({ recordedAt, hash, keyId, signature }));
  const proof = worked("checkpoint").text("tlog_proof");
  return {
    event: {
      payload,
      signature: toBase64url(signature),
      algorithm: 1,
      hash: toBase64url(hash),
      receipt: { ledger, id, record, version: String(version), position: String(POSITION), recordedAt, leaf, proof },
    },
    vkey: worked("checkpoint").text("vkey"),
    publicKey: worked("key").text("public_key"),
  };
}

if (process.env["WRITE_SAMPLE"])
  writeFileSync(new URL("../../src/public/sample.json", import.meta.url), `${JSON.stringify(made(), null, 2)}\n`);

test("the sample is that of the page", () => expect(sample()).toEqual(made()));
test("the sample verifies", () => expect(verdict(checkReceipt(sample()))).toBe("ok"));
test("one changed character is found", () => {
  const failed = checkReceipt(tampered()).filter(({ state }) => state === "failed");
  expect(failed.map(({ name }) => name)).toEqual(["hash", "signature", "leaf", "inclusion"]);
});
