// The address that a printed receipt carries as a QR code: event, position and leaf. The two behind `#` stay in the browser that
// opens it, which asks the public tiles of the log whether that leaf stands there.
import { fromBase64url, toBase64url } from "@/ledger/bytes";

/** What an address names. */
export interface LeafLink {
  position: number;
  /** The 73 bytes of the leaf. */
  leaf: Uint8Array;
}

const LEAF = 73;

export const leafLink = (origin: string, event: string, { position, leaf }: LeafLink): string =>
  `${origin}/verify/${event}#${position}.${toBase64url(leaf)}`;

/** What stands behind `#`; null where it is none. */
export function readLeafLink(hash: string): LeafLink | null {
  const [, position, leaf] = /^#(\d{1,15})\.([\w-]+)$/.exec(hash) ?? [];
  if (!position || !leaf) return null;
  try {
    return { position: Number(position), leaf: fromBase64url(leaf, LEAF) };
  } catch {
    return null;
  }
}

/** When it was recorded, as the leaf says it: microseconds since 1970 in its bytes 1 to 8. */
export function recordedAt(leaf: Uint8Array): string {
  const micros = new DataView(leaf.buffer, leaf.byteOffset).getBigUint64(1);
  return new Date(Number(micros / 1000n)).toISOString();
}
