// Backups under a passphrase, and where the browser keeps them.

import { describe, expect, test } from "vitest";
import { type BackupFault, isStrongEnough, MAX_ITERATIONS, MIN_ITERATIONS, readBackup, unwrap, wrap } from "@/ledger/backup";
import { newUuid, sha256, toBase64url } from "@/ledger/bytes";
import { canonical, canonicalText, type JsonObject, readLenient } from "@/ledger/json";
import { nobleSigner } from "@/ledger/keys";
import { keyStore } from "@/ledger/keystore";
import { demoSeed } from "./common";
import { memoryFactory } from "./memory-idb";

const OWNER = { ledger: "AAECAwQFBgcICQoLDA0ODw", account: "0b0f6e0c-5d1c-4a53-9c2e-6f2a1f0c9d11" };
const PASSPHRASE = "一个足够长的口令ab";
const seed = demoSeed(0);
const { keyId, publicKey } = nobleSigner(seed);
const text = await wrap(seed, PASSPHRASE, OWNER);

/** The same file with other members and a checksum that fits: what somebody makes who means harm. */
function remade(change: (file: Record<string, unknown>) => void): string {
  const { check: _, ...body } = JSON.parse(text) as Record<string, unknown>;
  change(body);
  return canonicalText({ ...body, check: toBase64url(sha256(canonical(body as JsonObject)).subarray(0, 6)) } as JsonObject);
}

const fault = (code: BackupFault) => ({ name: "BackupError", code });

describe("a backup", () => {
  test("opens with its passphrase alone", async () => {
    const clear = { ...OWNER, keyId, publicKey, iterations: MIN_ITERATIONS };
    expect(readBackup(text)).toEqual(clear);
    expect(await unwrap(text, PASSPHRASE)).toEqual({ ...clear, seed });
    await expect(unwrap(text, `${PASSPHRASE}x`)).rejects.toMatchObject(fault("wrong_passphrase"));
  });

  test("neither seed nor passphrase stands in it, and no two are alike", async () => {
    expect(text).not.toContain(toBase64url(seed));
    expect(text).not.toContain(PASSPHRASE);
    const other = JSON.parse(await wrap(seed, PASSPHRASE, OWNER)) as { box: string; kdf: { salt: string } };
    const first = JSON.parse(text) as typeof other;
    expect(other.box).not.toBe(first.box);
    expect(other.kdf.salt).not.toBe(first.kdf.salt);
  });

  test("is text that may be laid out anew", async () => {
    expect((await unwrap(JSON.stringify(JSON.parse(text), null, 2), PASSPHRASE)).seed).toEqual(seed);
    expect(canonicalText(readLenient(text))).toBe(text.trimEnd());
  });

  test("a passphrase has ten characters, and full width is no other passphrase", async () => {
    for (const short of ["", "123456789", "九个汉字不够长的呢", "        "]) {
      expect(isStrongEnough(short)).toBe(false);
      await expect(wrap(seed, short, OWNER)).rejects.toMatchObject(fault("weak_passphrase"));
    }
    const wide = await wrap(seed, "ｐａｓｓｗｏｒｄ１２", OWNER);
    expect((await unwrap(wide, "password12")).seed).toEqual(seed);
  });

  test("damage is told apart from a wrong passphrase", async () => {
    const forms = [
      "",
      "{}",
      "null",
      text.slice(0, -20),
      text.replace(/"box":"./, '"box":"'),
      text.replace(OWNER.account, newUuid()),
      remade((file) => delete file["box"]),
      remade((file) => (file["more"] = 1)),
      remade((file) => (file["account"] = "x")),
      remade((file) => (file["ledger"] = "QQ")),
      remade((file) => (file["key"] = nobleSigner(demoSeed(1)).keyId)),
    ];
    for (const form of forms) await expect(unwrap(form, PASSPHRASE), form.slice(0, 40)).rejects.toMatchObject(fault("damaged"));
    for (let at = 0; at < text.trimEnd().length; at += 7) {
      const flipped = `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ 1)}${text.slice(at + 1)}`;
      expect(() => readBackup(flipped), `character ${at}`).toThrow();
    }
  });

  test("what was changed on purpose does not open", async () => {
    const account = remade((file) => (file["account"] = newUuid()));
    await expect(unwrap(account, PASSPHRASE)).rejects.toMatchObject(fault("wrong_passphrase"));
  });

  test("another version, cipher or number of iterations is not guessed at", async () => {
    const kdf = (JSON.parse(text) as { kdf: object }).kdf;
    const forms = [
      remade((file) => (file["version"] = 2)),
      remade((file) => (file["kdf"] = { ...kdf, name: "PBKDF2-SHA-1" })),
      remade((file) => (file["kdf"] = { ...kdf, iterations: MIN_ITERATIONS - 1 })),
      remade((file) => (file["kdf"] = { ...kdf, iterations: MAX_ITERATIONS + 1 })),
    ];
    for (const form of forms) await expect(unwrap(form, PASSPHRASE)).rejects.toMatchObject(fault("unsupported"));
    await expect(wrap(seed, PASSPHRASE, OWNER, 1000)).rejects.toMatchObject(fault("unsupported"));
    await expect(wrap(seed, PASSPHRASE, { ...OWNER, account: "x" })).rejects.toMatchObject(fault("damaged"));
  });
});

describe("the key store", () => {
  test("keeps wrapped backups by ledger, account and key", async () => {
    const store = keyStore(memoryFactory());
    const kept = { ...OWNER, keyId, text };
    expect(await store.list()).toEqual([]);
    expect(await store.put(text)).toEqual(kept);
    const again = await wrap(seed, "another passphrase", OWNER);
    await store.put(again);
    expect(await store.list()).toEqual([{ ...kept, text: again }]);
    const renewed = await store.put(await wrap(demoSeed(1), PASSPHRASE, OWNER));
    const elsewhere = await store.put(await wrap(seed, PASSPHRASE, { ...OWNER, ledger: "AQECAwQFBgcICQoLDA0ODw" }));
    expect(await store.list(OWNER.ledger)).toHaveLength(2);
    expect(await store.list(elsewhere.ledger)).toEqual([elsewhere]);
    await store.delete(kept);
    expect(await store.list(OWNER.ledger)).toEqual([renewed]);
  });

  test("keeps nothing else", async () => {
    const store = keyStore(memoryFactory());
    for (const other of ["", toBase64url(seed), text.slice(0, -9)]) await expect(store.put(other)).rejects.toMatchObject(fault("damaged"));
    expect(await store.list()).toEqual([]);
  });

  test("says whether this browser keeps anything", async () => {
    expect(await keyStore(memoryFactory()).canStore()).toBe(true);
    expect(await keyStore(memoryFactory({ full: true })).canStore()).toBe(false);
    expect(await keyStore(memoryFactory({ closed: true })).canStore()).toBe(false);
    expect(await keyStore(undefined as unknown as IDBFactory).canStore()).toBe(false);
  });
});
