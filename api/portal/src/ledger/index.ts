// The ledger in the browser, written from docs/wire-format.md alone. Pure TypeScript: no Vue, no DOM but WebCrypto,
// IndexedDB (keystore.ts) and a worker (batch.ts). Import from the file that has the matter; there is no barrel, so
// that a page carries only what it uses.
//
//   fault.ts       WireError: the code of a refusal and where
//   bytes.ts       the small forms of §1.1          json.ts        strict JSON, §1.2
//   envelope.ts    PAE, H, envelopes, §3.1–3.2      statement.ts   the statement, §2
//   ed25519.ts     strict verification, §3.2        public-key.ts  key ids, fingerprints
//   keys.ts        seeds, PKCS#8, signers           enrol.ts       the enrolment proof, §3.3
//   seal.ts        seals and openings, §3.4         tree.ts        leaf and proofs, §3.5
//   note.ts        checkpoints, §3.6                tlogproof.ts   the text of a proof, §3.6
//   receipt.ts     checking a receipt offline       append.ts      prepared payloads to a unit, §4.1
//   batch.ts       many signatures in a worker      session.ts     login, §8
//   backup.ts      `.radkey` files                  keystore.ts    backups in this browser
//
// To sign:    unwrap → signerOf → (prepare) → checkPrepared → signUnit → (append) → receiptFits
// To verify:  checkReceipt → verdict
export {};
