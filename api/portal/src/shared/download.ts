// The bytes of a file, from the service (`GET /files/{id}`).
import { sha256, toHex } from "@/ledger/bytes";
import { nameIn, type NamedFile } from "./attachments";
import { login } from "./session";

async function request(id: string, method: "GET" | "HEAD", purpose?: string): Promise<Response | null> {
  const headers = { authorization: `Bearer ${login.value?.token ?? ""}` };
  return fetch(`/files/${id}${purpose ? `?purpose=${purpose}` : ""}`, { method, headers }).catch(() => null);
}

/** What a file is called, which lies with its bytes. Asking it of a file about a person would be a look at it. */
export async function nameOf({ id, sha256: digest }: NamedFile): Promise<string | null> {
  if (digest === null) return null;
  const answer = await request(id, "HEAD");
  return answer?.ok ? nameIn(answer.headers.get("content-disposition")) : null;
}

/** A file that was fetched, or why not: a key of `pattern.files.fault`. */
export type Fetched = { name: string; content: Blob; sha256: string } | { fault: "gone" | "absent" | "other" | "network" };

/** Fetches a file and compares its digest with the one that was signed, where that is to be seen. */
export async function fetchFile(file: NamedFile, purpose?: string): Promise<Fetched> {
  const answer = await request(file.id, "GET", purpose);
  if (!answer) return { fault: "network" };
  if (!answer.ok) return { fault: answer.status === 410 ? "gone" : answer.status === 404 ? "absent" : "network" };
  const content = await answer.blob().catch(() => null);
  if (!content) return { fault: "network" };
  const found = toHex(sha256(new Uint8Array(await content.arrayBuffer())));
  if (file.sha256 !== null && found !== file.sha256) return { fault: "other" };
  return { name: nameIn(answer.headers.get("content-disposition")) ?? file.id, content, sha256: found };
}
