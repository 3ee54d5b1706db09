// Files of an event (wire format §7.1): each is filed by an event of its own, and what rests on it names the same kind,
// length, media type and digest. Both go into one unit, so that no file is filed for what was then refused. The node can only
// prepare what rests on files that are filed already; so this browser writes them into the prepared statement, and seals the
// digest of a file about a person.
import type { Draft, Prepared } from "@/ledger/append";
import { fromUtf8 } from "@/ledger/bytes";
import { canonical, type JsonObject } from "@/ledger/json";
import { seal } from "@/ledger/seal";
import type { SentFile } from "./files";
import type { Proposal } from "./sheet";

/** How the statement writes the media types that a file may have. */
const MIME: Record<SentFile["media"], string> = {
  PDF: "application/pdf",
  JPEG: "image/jpeg",
  PNG: "image/png",
  OFD: "application/ofd",
};

/** The event that files a file. */
export function filingOf({ id, name, kind, media, bytes, sha256, owner }: SentFile): Proposal {
  const belongs: JsonObject =
    owner.kind === "person" ? { person: { id: owner.id, kind: "person" }, digest: sha256 } : { institution: owner.id, sha256 };
  return { type: "attachment.filed", record: { kind: "attachment", id }, data: { kind, media, bytes, ...belongs }, label: name };
}

/** What was prepared, now resting on these files. It is read and checked again like what the node prepares. */
export function restingOn({ statement, openings }: Draft, files: readonly SentFile[]): Prepared {
  const more = [...openings];
  const attachments = files.map(({ id, kind, media, bytes, sha256, owner }, at) => {
    const named = { id, kind, media: MIME[media], bytes };
    if (owner.kind !== "person") return { ...named, sha256 };
    const place = { ledger: statement.ledger, event: statement.id, pointer: `/attachments/${at}/sha256` };
    const { sealed, opening } = seal(place, { kind: "person", id: owner.id }, sha256);
    more.push(opening);
    return { ...named, sha256: sealed };
  });
  return { payload: fromUtf8(canonical({ ...statement, attachments } as unknown as JsonObject)), openings: more };
}
