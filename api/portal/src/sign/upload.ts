// A file on its way to the service (`PUT /files/{id}`).
import { login } from "@/shared/session";
import { disposition, type FileFault, type SentFile } from "./files";

const FAULTS: Record<number, FileFault> = { 409: "taken", 413: "long", 503: "busy" };

/** Sends a file and compares what the service says of it. The same file under the same id may be sent again. */
export function sendFile(file: Blob, as: SentFile, onProgress: (share: number) => void, signal: AbortSignal): Promise<FileFault | null> {
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
      if (request.status !== 201) return resolve(FAULTS[request.status] ?? "refused");
      const { media, bytes, sha256 } = (request.response ?? {}) as Partial<SentFile>;
      resolve(media === as.media && bytes === as.bytes && sha256 === as.sha256 ? null : "other");
    };
    request.onerror = () => resolve("network");
    request.onabort = () => resolve("network");
    request.send(file);
  });
}
