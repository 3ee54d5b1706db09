// Files of an event: what they are, whose they can be, and that what is signed of them is what was chosen.
import { describe, expect, it } from "vitest";
import { attachmentsOf, nameIn } from "@/shared/attachments";
import { checkPrepared } from "@/ledger/append";
import { sha256, toBase64url, toHex, utf8 } from "@/ledger/bytes";
import { canonicalText, type JsonObject } from "@/ledger/json";
import { filingOf, restingOn } from "@/sign/attach";
import { BYTES_MAX, disposition, documentOf, mediaOf, ownersOf, readFile, type SentFile } from "@/sign/files";
import { refused } from "../ledger/common";

const PDF = utf8("%PDF-1.4\nplan");
const ORG = "0b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d11";
const OTHER = "1b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d12";
const PERSON = "2b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d13";

describe("a file", () => {
  it("is known by its first bytes, as the ledger knows it", () => {
    expect(mediaOf(PDF)).toBe("PDF");
    expect(mediaOf(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))).toBe("JPEG");
    expect(mediaOf(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a))).toBe("PNG");
    expect(mediaOf(utf8("PK\u0003\u0004"))).toBe("OFD");
    for (const other of ["<html>", "", "%PD"]) expect(mediaOf(utf8(other))).toBeNull();
  });

  it("is read in pieces, to the digest of the whole", async () => {
    const long = new Uint8Array(3 * 1024 * 1024 + 17).fill(7);
    long.set(PDF);
    expect(await readFile(new Blob([long]))).toEqual({ media: "PDF", sha256: toBase64url(sha256(long)) });
  });

  it("that is empty, too long or of another format is not taken", async () => {
    expect(await readFile(new Blob([]))).toBe("empty");
    expect(await readFile(new Blob(["<html>"]))).toBe("media");
    expect(await readFile({ size: BYTES_MAX + 1 } as Blob)).toBe("long");
    const moved = { size: 5, slice: () => ({ arrayBuffer: () => Promise.reject(new Error("NotReadable")) }) } as unknown as Blob;
    expect(await readFile(moved)).toBe("unread");
  });

  it("keeps its name through the header, whatever stands in it", () => {
    for (const name of ["整改 照片（一）.jpg", "a'b(c)*.pdf", "100%.png"]) {
      expect(disposition(name)).toMatch(/^attachment; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
      expect(nameIn(disposition(name))).toBe(name);
    }
    expect(nameIn(null)).toBeNull();
    expect(nameIn("attachment; filename*=UTF-8''%E6%95")).toBeNull();
  });

  it("is usually of the kind that its event is about", () => {
    expect(documentOf("exam_result.entered", "PDF")).toBe("EXM");
    expect(documentOf("warning.rectification_submitted", "JPEG")).toBe("PHO");
    expect(documentOf("warning.rectification_submitted", "PDF")).toBe("OTH");
  });
});

describe("the owner of a file", () => {
  const grant = (org: string | null) => ({ recordId: "", state: "IN_EFFECT", org, area: null, members: {} as never });
  const of = (record: Parameters<typeof ownersOf>[0], org: string | null): string[] =>
    ownersOf(record, [grant(org)]).map(({ kind, id, why }) => `${why}:${kind}/${id.slice(0, 1)}`);

  it("is the worker whom the record concerns first, then an institution", () => {
    const values = { institution: ORG, person: PERSON };
    expect(of({ kind: "warning", values }, ORG)).toEqual(["person:person/2", "own:institution/0"]);
    expect(of({ kind: "warning", values }, null)).toEqual(["person:person/2", "record:institution/0"]);
    expect(of({ kind: "warning", values: { person: { kind: "person", id: PERSON } } }, null)).toEqual(["person:person/2"]);
  });
  it("is the signer's own organisation where the record is another's", () => {
    expect(of({ kind: "device_test", values: { institution: ORG } }, OTHER)).toEqual(["own:institution/1"]);
  });
  it("is the record itself, where that is an institution or a worker", () => {
    expect(of({ kind: "institution", id: ORG, values: {} }, ORG)).toEqual(["own:institution/0"]);
    expect(of({ kind: "person", id: PERSON, values: {} }, null)).toEqual(["person:person/2"]);
  });
  it("is nobody where neither is known", () => {
    expect(of({ kind: "parameter", values: { institution: "" } }, null)).toEqual([]);
  });
});

describe("an event that rests on files", () => {
  const LEDGER = "AAECAwQFBgcICQoLDA0ODw";
  const KEY = toBase64url(new Uint8Array(32).fill(1));
  const statement: JsonObject = {
    data: { until: "2026-12-31" },
    id: "3b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d14",
    ledger: LEDGER,
    meaning: "submission",
    prev: toBase64url(new Uint8Array(32).fill(2)),
    record: { id: "4b0f6e0c-5d1c-8a53-9c2e-6f2a1f0c9d15", kind: "warning" },
    schema: 1,
    signed_at: "2026-11-30T08:00:00.000000Z",
    signer: { account: ORG, key: KEY },
    type: "warning.rectification_submitted",
    version: 2,
  };
  const wish = { ledger: LEDGER, account: ORG, keyId: KEY, data: { until: "2026-12-31" } };
  const file = (owner: SentFile["owner"]): SentFile => ({
    id: "5b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d16",
    name: "plan.pdf",
    kind: "PLN",
    media: "PDF",
    bytes: PDF.length,
    sha256: toBase64url(sha256(PDF)),
    owner,
  });
  const draft = checkPrepared({ payload: canonicalText(statement), openings: [] }, wish);

  it("names that of an institution with its digest", () => {
    const named = checkPrepared(restingOn(draft, [file({ kind: "institution", id: ORG })]), wish);
    expect(named.openings).toEqual([]);
    expect(attachmentsOf(new TextDecoder().decode(named.payload))).toEqual([
      { id: file({ kind: "institution", id: ORG }).id, kind: "PLN", media: "application/pdf", bytes: 13, sha256: toHex(sha256(PDF)) },
    ]);
    expect(filingOf(file({ kind: "institution", id: ORG })).data).toEqual({
      kind: "PLN",
      media: "PDF",
      bytes: 13,
      institution: ORG,
      sha256: toBase64url(sha256(PDF)),
    });
  });

  it("seals the digest of one about a person, under that person", () => {
    const prepared = restingOn(draft, [file({ kind: "person", id: PERSON })]);
    const named = checkPrepared(prepared, wish);
    expect(new TextDecoder().decode(named.payload)).not.toContain(toBase64url(sha256(PDF)));
    expect(named.openings).toMatchObject([
      { pointer: "/attachments/0/sha256", subject: { kind: "person", id: PERSON }, value: toBase64url(sha256(PDF)) },
    ]);
    expect(attachmentsOf(prepared.payload!)[0]!.sha256).toBeNull();
    refused("unopened_seal", () => checkPrepared({ ...prepared, openings: [] }, wish));
    expect(filingOf(file({ kind: "person", id: PERSON })).data).toMatchObject({ person: { kind: "person", id: PERSON } });
  });
});
