// Plain questions of the public pages, without any client, and what is said when one fails.

/** What went wrong: a code, and the words of the service where it has some. */
export interface Failure {
  code: string;
  zh?: string;
  en?: string;
}

/** A failure on its way to where it is shown. */
export class Failed extends Error {
  constructor(readonly failure: Failure) {
    super(failure.code);
  }
}

/** The failure that an error is. Codes of the wire format keep their name. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failed) return error.failure;
  const { code, status, messageZh, messageEn } = (error ?? {}) as Record<string, unknown>;
  const failure: Failure = { code: typeof code === "string" && code ? code : typeof status === "number" ? `E-${status}` : "E-UNKNOWN" };
  if (typeof messageZh === "string" && messageZh) failure.zh = messageZh;
  if (typeof messageEn === "string" && messageEn) failure.en = messageEn;
  return failure;
}

/** The answer at an address of this service; throws `Failed` with `E-NETWORK`, or `E-` and the status. */
export async function get(path: string, accept: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { headers: { accept }, credentials: "same-origin" });
  } catch {
    throw new Failed({ code: "E-NETWORK" });
  }
  if (!answer.ok) throw new Failed({ code: `E-${answer.status}` });
  return answer;
}

/** A document of text. A page of this portal in its place means that nothing is served there. */
export async function getText(path: string): Promise<string> {
  const answer = await get(path, "text/plain, application/x-pem-file");
  if (answer.headers.get("content-type")?.startsWith("text/html")) throw new Failed({ code: "E-404" });
  return answer.text();
}

export async function getJson<T>(path: string): Promise<T> {
  const answer = await get(path, "application/json");
  if (!answer.headers.get("content-type")?.startsWith("application/json")) throw new Failed({ code: "E-404" });
  return (await answer.json()) as T;
}

/** Hands the visitor a file that was made in this browser. */
export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Copies a text; false where the browser does not let a page. */
export async function copyText(text: string): Promise<boolean> {
  return (
    (await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    )) ?? false
  );
}
