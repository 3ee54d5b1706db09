// The files that an event rests on, read from the exact text that was signed.
import { fromBase64url, toHex } from "@/ledger/bytes";

/** A file as an event names it. */
export interface NamedFile {
  /** Id of the attachment that files it. */
  id: string;
  /** Code of ATTACHMENT_KIND. */
  kind: string;
  media: string;
  bytes: number;
  /** Hex; null where it concerns a person and is sealed. */
  sha256: string | null;
}

const hex = (text: string): string => toHex(fromBase64url(text, 32));

/** The files of an event; none of a text that cannot be read, which the page of the event says. */
export function attachmentsOf(payload: string): NamedFile[] {
  try {
    const { attachments = [] } = JSON.parse(payload) as { attachments?: (Omit<NamedFile, "sha256"> & { sha256: unknown })[] };
    return attachments.map(({ id, kind, media, bytes, sha256: digest }) => ({
      id,
      kind,
      media,
      bytes,
      sha256: typeof digest === "string" ? hex(digest) : null,
    }));
  } catch {
    return [];
  }
}

/** The file of an attachment, as GraphQL shows the record. */
export const fileOf = ({ recordId, members }: { recordId: string; members: Record<string, unknown> }): NamedFile => {
  const code = (of: unknown): string => (of as { code: string }).code;
  const { kind, media, bytes, sha256: digest } = members;
  return {
    id: recordId,
    kind: code(kind),
    media: code(media),
    bytes: Number(bytes),
    sha256: typeof digest === "string" ? hex(digest) : null,
  };
};

/** What a header says that a file is called (RFC 8187). */
export function nameIn(disposition: string | null): string | null {
  const found = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "");
  try {
    return found ? decodeURIComponent(found[1]!) : null;
  } catch {
    return null;
  }
}
