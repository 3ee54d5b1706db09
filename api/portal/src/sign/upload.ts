// A file on its way to the service (`PUT /files/{id}`).
import { login } from "@/shared/session";
import { disposition, type FileFault, type SentFile } from "./files";

const FAULTS: Record<number, FileFault> = { 409: "taken", 413: "long", 503: "busy" };

/** Why a file did not arrive, with what the service says of it. */
export interface Unsent {
  fault: FileFault;
  said?: { zh: string; en: string };
}

interface Answer extends Partial<SentFile> {
  error?: { extensions?: { messageZh?: string; messageEn?: string } };
}

/** Sends a file and compares what the service says of it. The same file under the same id may be sent again. */
export function sendFile(file: Blob, as: SentFile, onProgress: (share: number) => void, signal: AbortSignal): Promise<Unsent | null> {
  // `fetch` says nothing of how far a body is.
  const request = new XMLHttpRequest();
  request.open("PUT", `/files/${as.id}${as.owner.kind === "person" ? `?person=${as.owner.id}` : ""}`);
  request.setRequestHeader("authorization", `Bearer ${login.value?.token ?? ""}`);
  request.setRequestHeader("content-disposition", disposition(as.name));
  request.setRequestHeader("content-type", "application/octet-stream");
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
  signal.addEventListener("abort", () => request.abort());
  return new Promise((resolve) => {
    request.onload = () => {
      const { media, bytes, sha256, error } = (request.response ?? {}) as Answer;
      if (request.status === 201)
        return resolve(media === as.media && bytes === as.bytes && sha256 === as.sha256 ? null : { fault: "other" });
      const { messageZh: zh, messageEn: en } = error?.extensions ?? {};
      resolve({ fault: FAULTS[request.status] ?? "refused", ...(zh && en ? { said: { zh, en } } : {}) });
    };
    request.onerror = () => resolve({ fault: "network" });
    request.onabort = () => resolve({ fault: "network" });
    request.send(file);
  });
}
