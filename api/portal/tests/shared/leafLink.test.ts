// The address on a printed receipt says what was printed, and nothing else is taken for one.
import { expect, it } from "vitest";
import { fromHex } from "@/ledger/bytes";
import { leafOf } from "@/ledger/tree";
import { leafLink, readLeafLink, recordedAt } from "@/shared/leafLink";

const leaf = leafOf({
  recordedAt: "2026-11-25T01:02:04.500000Z",
  hash: fromHex("11".repeat(32)),
  keyId: "A".repeat(43),
  signature: new Uint8Array(64),
});

it("is read back", () => {
  const link = new URL(leafLink("https://ledger.example", "0194b000-0000-7000-8000-000000000000", { position: 128_934, leaf }));
  expect(link.pathname).toBe("/verify/0194b000-0000-7000-8000-000000000000");
  expect(readLeafLink(link.hash)).toEqual({ position: 128_934, leaf });
  expect(recordedAt(leaf)).toBe("2026-11-25T01:02:04.500Z");
});
it("is none where something is missing", () => {
  for (const hash of ["", "#", "#12", "#12.", "#12.AAAA", "#-1.AAAA", "#x.AAAA"]) expect(readLeafLink(hash), hash).toBeNull();
});
