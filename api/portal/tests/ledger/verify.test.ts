// Strict Ed25519 (§3.2): what no worked block shows. Each of these is refused although a lax verifier takes it.

import { Point, verify as nobleVerify } from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { expect, test } from "vitest";
import { bigEndian, concat, fromHex, toHex, utf8, type Bytes } from "@/ledger/bytes";
import { isGoodPoint, isPrimeOrder, verifyStrict } from "@/ledger/ed25519";
import { PAYLOAD_TYPE, pae } from "@/ledger/envelope";
import { publicKeyOf, readPublicKey } from "@/ledger/public-key";
import { nobleSigner } from "@/ledger/keys";
import { demoSeed, refused, signEvent } from "./common";

const ORDER = Point.CURVE().n;
const ORDER_8 = fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
const NEUTRAL = fromHex(`01${"00".repeat(31)}`);
const payload = utf8("{}");
const message = pae(PAYLOAD_TYPE.event, payload);
const { point } = readPublicKey(nobleSigner(demoSeed(0)).publicKey);
const good = signEvent(demoSeed(0), payload);

const littleEndian = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(Uint8Array.from(bytes).reverse())}`);
const encoded = (number: bigint): Bytes => bigEndian(number, 32).reverse();

test("a good signature holds, and no other of its bytes does", () => {
  expect(verifyStrict(point, message, good)).toBe(true);
  expect(verifyStrict(point, utf8("other"), good)).toBe(false);
  for (let at = 0; at < 64; at++) {
    const flipped = good.map((byte, index) => (index === at ? byte ^ 1 : byte));
    expect(verifyStrict(point, message, flipped), `byte ${at}`).toBe(false);
  }
  for (const length of [0, 63, 65]) expect(verifyStrict(point, message, new Uint8Array(length))).toBe(false);
  expect(verifyStrict(point.subarray(1), message, good)).toBe(false);
});

test("S is below the order of the group", () => {
  const larger = concat(good.subarray(0, 32), encoded(littleEndian(good.subarray(32)) + ORDER));
  expect(verifyStrict(point, message, larger)).toBe(false);
});

test("neither the key nor R is of small order", () => {
  for (const small of [NEUTRAL, ORDER_8, new Uint8Array(32)]) {
    expect(isGoodPoint(small)).toBe(false);
    expect(verifyStrict(small, message, concat(small, new Uint8Array(32)))).toBe(false);
    refused("bad_value", () => readPublicKey(publicKeyOf(small).text));
  }
  // R neutral, S = k·a: the equation holds, and only the order of R speaks against it.
  const secret = 7n;
  const a = Point.BASE.multiply(secret).toBytes();
  const k = littleEndian(sha512(concat(NEUTRAL, a, message))) % ORDER;
  const signature = concat(NEUTRAL, encoded((k * secret) % ORDER));
  expect(nobleVerify(signature, message, a, { zip215: false })).toBe(true);
  expect(verifyStrict(a, message, signature)).toBe(false);
});

test("points have their canonical encoding", () => {
  const P = Point.CURVE().p;
  expect(isGoodPoint(encoded(P + 3n))).toBe(false);
  expect(isGoodPoint(encoded(P + 1n))).toBe(false);
  // x = 0 with the sign of a negative x.
  expect(isGoodPoint(fromHex(`01${"00".repeat(30)}80`))).toBe(false);
  expect(isGoodPoint(encoded(2n))).toBe(false);
});

test("the equation is that without the cofactor", () => {
  // A key with a component of order 8: with the cofactor every signature of it holds, without it one in eight.
  const [secret, nonce] = [11n, 13n];
  const mixed = Point.BASE.multiply(secret).add(Point.fromBytes(ORDER_8)).toBytes();
  const r = Point.BASE.multiply(nonce).toBytes();
  const verdicts = Array.from({ length: 32 }, (_, n) => {
    const text = utf8(`message ${n}`);
    const k = littleEndian(sha512(concat(r, mixed, text))) % ORDER;
    const signature = concat(r, encoded((nonce + k * secret) % ORDER));
    expect(nobleVerify(signature, text, mixed, { zip215: false }), "the library takes it").toBe(true);
    expect(verifyStrict(mixed, text, signature)).toBe(k % 8n === 0n);
    return k % 8n === 0n;
  });
  expect(new Set(verdicts)).toEqual(new Set([true, false]));
  expect(isGoodPoint(mixed)).toBe(true);
  expect(isPrimeOrder(mixed), "such a key is never enrolled").toBe(false);
});
