// Files that an event is to rest on: what they are (length, format, SHA-256) and whose they can be. What a file is called
// lies with its bytes; everything else is signed.
import { Sha256, toBase64url } from "@/ledger/bytes";
import type { Grant } from "./capacity";

/** Longest file (`attachment.filed`), and most files of one event (wire format §2). */
export const BYTES_MAX = 50 * 1024 * 1024;
export const FILES_MAX = 32;
/** What a file picker offers. */
export const ACCEPTED = ".pdf,.jpg,.jpeg,.png,.ofd";

export type Media = "PDF" | "JPEG" | "PNG" | "OFD";

/** Whose file it is: that of an institution, or one about a person, whose digest is sealed and whose bytes are encrypted. */
export interface Owner {
  kind: "institution" | "person";
  id: string;
}

/** A file that lies at the service. */
export interface SentFile {
  /** Id of the attachment that will file it. */
  id: string;
  name: string;
  /** Code of ATTACHMENT_KIND. */
  kind: string;
  media: Media;
  bytes: number;
  /** Base64url. */
  sha256: string;
  owner: Owner;
}

/** Why a file cannot be taken, or did not arrive: a key of `sign.files.fault`. */
export type FileFault = "empty" | "long" | "media" | "unread" | "network" | "busy" | "taken" | "other" | "refused";

/** What a file is by its first bytes, as the ledger tells it; an OFD document is a ZIP archive. */
export function mediaOf(first: Uint8Array): Media | null {
  const SIGNATURES: [number[], Media][] = [
    [[0x25, 0x50, 0x44, 0x46, 0x2d], "PDF"],
    [[0xff, 0xd8, 0xff], "JPEG"],
    [[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], "PNG"],
    [[0x50, 0x4b, 0x03, 0x04], "OFD"],
  ];
  return SIGNATURES.find(([bytes]) => bytes.every((byte, at) => first[at] === byte))?.[1] ?? null;
}

/** Reads a file piece by piece, so that fifty megabytes neither stand in memory nor stop the page. */
export async function readFile(file: Blob): Promise<{ media: Media; sha256: string } | FileFault> {
  if (file.size === 0) return "empty";
  if (file.size > BYTES_MAX) return "long";
  try {
    const media = mediaOf(new Uint8Array(await file.slice(0, 8).arrayBuffer()));
    if (!media) return "media";
    const hash = new Sha256();
    const PIECE = 1 << 20;
    for (let at = 0; at < file.size; at += PIECE) hash.add(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    return { media, sha256: toBase64url(hash.done()) };
  } catch {
    // It was moved or changed since it was chosen.
    return "unread";
  }
}

/** The header that names a file (RFC 8187). */
export const disposition = (name: string): string =>
  `attachment; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)}`;

/** What is known of a record and of the wish about it, by the names that are signed. */
export interface About {
  kind: string;
  id?: string | undefined;
  values: Readonly<Record<string, unknown>>;
}

const idOf = (value: unknown): string | null => {
  if (typeof value === "string") return value || null;
  const ref = value as { kind?: unknown; id?: unknown } | null | undefined;
  return ref && ref.kind === "person" && typeof ref.id === "string" && ref.id ? ref.id : null;
};

/**
 * Whose file it can be, the most fitting first: about the person whom the record concerns, of the institution of the record,
 * or of the signer's own. Who signs for an organisation files for no other.
 */
export function ownersOf({ kind, id, values }: About, grants: readonly Grant[]): (Owner & { why: "person" | "record" | "own" })[] {
  const own = new Set(grants.map(({ org }) => org).filter((org): org is string => org !== null));
  const person = kind === "person" ? (id ?? null) : idOf(values["person"]);
  const institution = kind === "institution" ? (id ?? null) : idOf(values["institution"]);
  const units = own.size > 0 ? [...own].sort((a, b) => Number(b === institution) - Number(a === institution)) : [institution];
  return [
    ...(person ? [{ kind: "person" as const, id: person, why: "person" as const }] : []),
    ...units.flatMap((unit) =>
      unit ? { kind: "institution" as const, id: unit, why: own.has(unit) ? ("own" as const) : ("record" as const) } : [],
    ),
  ];
}

/** The kind of document that a file of such an event usually is. */
export function documentOf(type: string, media: Media | null): string {
  const USUAL: Record<string, string> = {
    device_test: "TST",
    dose_report: "DOS",
    dose_result: "DOS",
    exam_result: "EXM",
    training_record: "TRN",
    licence: "LIC",
    certificate: "CRT",
  };
  return USUAL[type.split(".")[0] ?? ""] ?? (media === "JPEG" || media === "PNG" ? "PHO" : "OTH");
}
