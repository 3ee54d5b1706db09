// Bytes, JSON and statements: refused forms that the worked blocks leave out.

import { describe, expect, test } from "vitest";
import * as bytes from "@/ledger/bytes";
import { canonicalText, type Json, type JsonObject, readLenient, readPayload } from "@/ledger/json";
import { PAYLOAD_TYPE, readEnvelope } from "@/ledger/envelope";
import { readStatement } from "@/ledger/statement";
import type { WireCode } from "@/ledger/fault";
import { refused } from "./common";
import { readBlocks } from "./worked";

const blocks = readBlocks();
const text = blocks.get("payload")?.text("text") ?? "";
const second = blocks.get("unit")?.text("payload.1") ?? "";

describe("bytes", () => {
  test("base64 has one form", () => {
    for (const form of ["QQ", "QQ=", "QR==", " QQ==", "QQ==\n", "QQ==QQ==", "-_8="]) refused("bad_value", () => bytes.fromBase64(form));
    for (const form of ["QQ==", "Q", "Q Q", "QQ\n", "+A", "é"]) refused("bad_value", () => bytes.fromBase64url(form));
    refused("bad_value", () => bytes.fromBase64url("QQ", 2));
    expect(bytes.fromBase64("")).toHaveLength(0);
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(bytes.fromBase64(bytes.toBase64(all))).toEqual(all);
    expect(bytes.fromBase64url(bytes.toBase64url(all))).toEqual(all);
  });

  test("hexadecimal, UTF-8 and lengths", () => {
    for (const form of ["0", "0G", "AB"]) refused("bad_value", () => bytes.fromHex(form));
    refused("bad_value", () => bytes.utf8("\ud800"));
    refused("bad_value", () => bytes.fromUtf8(Uint8Array.of(0xff)));
    refused("bad_value", () => bytes.bigEndian(256, 1));
    expect(bytes.fromUtf8(bytes.utf8("\ufeff剂"))).toBe("\ufeff剂");
    expect(bytes.equal(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
  });

  test("UUIDs are of version 4, and of version 8 only where that is asked", () => {
    for (let n = 0; n < 50; n++) expect(bytes.isUuid(bytes.newUuid())).toBe(true);
    expect(bytes.isUuid("7dfdba9f-5cdd-84dd-baa2-d2552b2445f7")).toBe(false);
    expect(bytes.isUuid("7dfdba9f-5cdd-84dd-baa2-d2552b2445f7", 8)).toBe(true);
    expect(bytes.isUuid("c0ffee00-1234-4abc-8def-0123456789ab", 8)).toBe(false);
  });

  test("dates and instants are real", () => {
    for (const date of ["2024-02-29", "2000-02-29", "1970-01-01", "9999-12-31"]) expect(bytes.isDate(date), date).toBe(true);
    for (const date of [
      "2023-02-29",
      "1900-02-29",
      "2026-04-31",
      "2026-13-01",
      "2026-00-10",
      "2026-01-00",
      "２０２６-01-01",
      "2026-01-01\n",
    ]) {
      expect(bytes.isDate(date), date).toBe(false);
    }
    for (const instant of ["1970-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z", "2026-02-28T23:59:59.000001Z"]) {
      expect(bytes.instantText(bytes.instantMicros(instant))).toBe(instant);
    }
    for (const instant of [
      "2026-02-29T00:00:00.000000Z",
      "2026-02-28T24:00:00.000000Z",
      "2026-02-28T23:60:00.000000Z",
      "2026-02-28T23:59:59.000000z",
    ]) {
      refused("bad_value", () => bytes.instantMicros(instant));
    }
    refused("bad_value", () => bytes.instantText(-1n));
    refused("bad_value", () => bytes.instantText(bytes.instantMicros("9999-12-31T23:59:59.999999Z") + 1n));
    expect(bytes.instantNow(() => 1_795_568_524_500)).toBe("2026-11-25T01:02:04.500000Z");
    expect(bytes.civilDay("2026-12-31T15:59:59.999999Z")).toBe("2026-12-31");
  });
});

describe("JSON", () => {
  const payload = (said: string) => readPayload(bytes.utf8(said));

  test("refused forms that the page does not list", () => {
    const bad = [
      "{",
      "}",
      '{"a"}',
      '{"a":}',
      "{,}",
      '{"a":1 "b":2}',
      "{a:1}",
      "{'a':1}",
      '{"a":[1,]}',
      '{"a":[,1]}',
      '{"a":tru}',
      '{"a":truely}',
      '{"a":+1}',
      '{"a":-}',
      '{"a":.5}',
      '{"a":1.}',
      '{"a":NaN}',
      '{"a":Infinity}',
      '{"a":0x1}',
      '{"a":"\\x41"}',
      '{"a":"\\u00g0"}',
      '{"a":"\\u12"}',
      '{"a":"}',
      '{"a":"\\',
      '{"a":"\t"}',
      '{"a":"\\udc00\\ud800"}',
      '{"__proto__":1}',
      '{"a b":1}',
      '{"$Sealed":1}',
      '{"a":1}//',
      "\u00a0{}",
      "1",
      '"a"',
      "true",
      '{"a":undefined}',
      '{"a":-9007199254740992}',
      '{"a":99999999999999999999}',
    ];
    for (const said of bad) refused("bad_json", () => payload(said));
  });

  test("the checks have their order: bad_json before not_canonical before bad_text", () => {
    refused("bad_json", () => payload('{ "a":"\\n","b":null}'));
    refused("not_canonical", () => payload('{ "a":"\\n"}'));
    refused("not_canonical", () => payload('{"a":"\\u000A"}'));
    refused("bad_text", () => payload('{"a":[{"b":"\\n"}]}'));
    expect(readPayload(bytes.utf8('{"a":"\\n"}'), { admission: false })).toEqual({ a: "\n" });
  });

  test("names of Object.prototype are ordinary names", () => {
    expect(Object.keys(payload('{"constructor":1}'))).toEqual(["constructor"]);
    expect(canonicalText(payload('{"constructor":1}'))).toBe('{"constructor":1}');
    expect(Object.keys(readLenient('{"__proto__":{"a":1},"toString":2}') as JsonObject)).toEqual(["__proto__", "toString"]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });

  test("noncharacters of every plane are refused, neighbours are not", () => {
    for (const code of [0xfdd0, 0xfdef, 0xfffe, 0xffff, 0x1fffe, 0x10ffff, 0xe0000, 0xe007f, 0x2028, 0x202e, 0x206f, 0xfffb, 0x85]) {
      refused("bad_text", () => payload(`{"a":"${String.fromCodePoint(code)}"}`));
    }
    for (const code of [0xfdcf, 0xfdf0, 0xfffc, 0xfffd, 0x1fffd, 0xe0100, 0x202f, 0x2010, 0x2070, 0xa0]) {
      payload(`{"a":"${String.fromCodePoint(code)}"}`);
    }
  });

  test("the lenient reader passes white space and order, and neither null nor double names", () => {
    expect(readLenient(' { "B" : [ 1 , "\\/" ] } \n')).toEqual({ B: [1, "/"] });
    for (const said of ["null", '{"a":null}', '{"a":1,"a":1}', "1.5", "[1e3]", '"\\ud800"']) refused("bad_json", () => readLenient(said));
    const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`;
    readLenient(nested(12));
    refused("bad_json", () => readLenient(nested(13)));
  });

  test("the writer writes nothing that has no form", () => {
    for (const value of [null, undefined, 1.5, Number.NaN, 2 ** 53, "\udc00"])
      refused("bad_json", () => canonicalText(value as unknown as Json));
    expect(canonicalText({ b: [true, "\u007f\u2028\u001f"], a: -0 })).toBe('{"a":0,"b":[true,"\u007f\u2028\\u001f"]}');
  });
});

describe("envelopes", () => {
  const json = blocks.get("envelope")?.raw("json") ?? "";

  test("any other form is bad_envelope", () => {
    readEnvelope(json, PAYLOAD_TYPE.event);
    const value = JSON.parse(json) as { payload: string; payloadType: string; signatures: [{ keyid: string; sig: string }] };
    const [signature] = value.signatures;
    const forms: unknown[] = [
      { ...value, more: 1 },
      { ...value, signatures: [] },
      { ...value, signatures: [signature, signature] },
      { ...value, payload: `${value.payload}\n` },
      { ...value, payload: 1 },
      { ...value, payloadType: "application/json" },
      { ...value, signatures: [{ ...signature, keyid: "short" }] },
      { ...value, signatures: [{ ...signature, more: 1 }] },
      { ...value, signatures: [{ ...signature, sig: bytes.toBase64url(bytes.fromBase64(signature.sig)) }] },
      [value],
      1,
    ];
    for (const form of forms) refused("bad_envelope", () => readEnvelope(form as Json, PAYLOAD_TYPE.event));
    refused("bad_envelope", () => readEnvelope(json, PAYLOAD_TYPE.session));
    refused("bad_envelope", () => readEnvelope("{", PAYLOAD_TYPE.event));
    const long = bytes.toBase64(new Uint8Array(65_537));
    refused("too_large", () => readEnvelope({ ...value, payload: long } as unknown as Json, PAYLOAD_TYPE.event));
  });
});

describe("statements", () => {
  type Change = (statement: Record<string, unknown>) => void;
  const changed = (base: string, change: Change) => {
    const statement = JSON.parse(base) as Record<string, unknown>;
    change(statement);
    return bytes.utf8(canonicalText(statement as JsonObject));
  };
  const at = (object: unknown, ...names: string[]): Record<string, unknown> =>
    names.reduce((inner, name) => inner[name] as Record<string, unknown>, object as Record<string, unknown>);

  test("both statements of the page are read", () => {
    expect(readStatement(bytes.utf8(text)).signer.grant).toBe("4f7f9a54-2a5b-4be0-8a36-0d5a4b1c2e33");
    expect(readStatement(bytes.utf8(second)).corrects?.hash).toBe("4sFmlg0LTgeORz2GyMP3osUI_8ntWCdONh9XY7S1JWo");
  });

  const hash = "4sFmlg0LTgeORz2GyMP3osUI_8ntWCdONh9XY7S1JWo";
  const id = "66666666-7777-4888-9999-aaaaaaaaaaaa";
  const read = { kind: "device", id, version: 1, hash };
  const file = { id, kind: "TST", bytes: 1, media: "application/pdf", sha256: hash };
  const cases: [WireCode, string, string, Change][] = [
    ["unknown_field", "/more", text, (s) => (s["more"] = 1)],
    ["unknown_field", "/constructor", text, (s) => (s["constructor"] = 1)],
    ["unknown_field", "/signer/more", text, (s) => (at(s, "signer")["more"] = 1)],
    ["missing_field", "/id", text, (s) => delete s["id"]],
    ["missing_field", "/record/kind", text, (s) => delete at(s, "record")["kind"]],
    ["bad_value", "/record", text, (s) => (s["record"] = "device")],
    ["bad_value", "/record/id", text, (s) => (at(s, "record")["id"] = "7dfdba9f-5cdd-84dd-baa2-d2552b2445f7")],
    ["bad_value", "/version", text, (s) => (s["version"] = 0)],
    ["bad_value", "/schema", text, (s) => (s["schema"] = 32_768)],
    ["bad_value", "/meaning", text, (s) => (s["meaning"] = "joke")],
    ["bad_value", "/signed_at", text, (s) => (s["signed_at"] = "2026-11-25T01:02:03.000Z")],
    ["bad_value", "/ledger", text, (s) => (s["ledger"] = hash)],
    ["bad_value", "/data", text, (s) => (s["data"] = [])],
    ["kind_mismatch", "/record/kind", text, (s) => (s["type"] = "institution.registered")],
    ["missing_field", "/prev", text, (s) => (s["version"] = 2)],
    ["unknown_field", "/prev", text, (s) => (s["prev"] = hash)],
    ["unknown_field", "/corrects", text, (s) => (s["corrects"] = { event: id, hash })],
    ["missing_field", "/corrects", second, (s) => delete s["corrects"]],
    ["missing_field", "/reason", second, (s) => delete s["reason"]],
    ["bad_value", "/reason/text", second, (s) => (at(s, "reason")["text"] = "in the clear")],
    ["bad_value", "/reason/code", second, (s) => (at(s, "reason")["code"] = "x".repeat(65))],
    ["bad_value", "/batch/index", second, (s) => (at(s, "batch")["index"] = 2)],
    ["bad_value", "/batch/count", second, (s) => (at(s, "batch")["count"] = 1)],
    ["missing_field", "/derivation", text, (s) => (s["meaning"] = "system")],
    [
      "missing_field",
      "/cause",
      text,
      (s) => Object.assign(s, { meaning: "system", derivation: { fn: "x", version: 1, day: "2026-11-25" } }),
    ],
    ["bad_value", "/reads", text, (s) => (s["reads"] = [])],
    ["bad_value", "/reads", text, (s) => (s["reads"] = [read, read])],
    ["bad_value", "/reads", text, (s) => (s["reads"] = [{ ...read, id: at(s, "record")["id"] }])],
    ["missing_field", "/reads/0/hash", text, (s) => (s["reads"] = [{ kind: "device", id, version: 1 }])],
    ["bad_value", "/attachments", text, (s) => (s["attachments"] = [file, file])],
    ["bad_value", "/attachments/0/media", text, (s) => (s["attachments"] = [{ ...file, media: "x" }])],
    // Of several faults the earliest code counts (§4.2).
    ["unknown_field", "/more", text, (s) => Object.assign(s, { more: 1, id: 1, version: 2 })],
  ];
  test.each(cases)("%s at %s", (code, pointer, base, change) => {
    const payload = changed(base, change);
    refused(code, () => readStatement(payload));
    expect(() => readStatement(payload)).toThrow(pointer);
  });

  test("what the page allows is read", () => {
    const fine: [string, Change][] = [
      [text, (s) => (s["reads"] = [read, { ...read, id: "77777777-7777-4888-9999-aaaaaaaaaaaa" }])],
      [text, (s) => (s["reads"] = [{ ...read, kind: "warning", id: "7dfdba9f-5cdd-84dd-baa2-d2552b2445f7" }])],
      [text, (s) => (s["attachments"] = [file, { ...file, id: "77777777-7777-4888-9999-aaaaaaaaaaaa", sha256: { $sealed: hash } }])],
      [text, (s) => Object.assign(s, { meaning: "system", derivation: { fn: "x", version: 1, day: "2026-11-25", basis: 0 } })],
      [second, (s) => (at(s, "reason")["text"] = { $sealed: hash })],
      [text, (s) => delete at(s, "signer")["grant"]],
    ];
    for (const [base, change] of fine) readStatement(changed(base, change));
  });
});
