/**
 * Reads the file of an OpenAPI document, a pipe included, up to the largest size that is taken.
 * @module
 */
import { ConfigError } from "../../pipeline/errors.ts";
import { MAX_DOCUMENT_BYTES } from "../../openapi/document.ts";

/** The text of a file. @throws {ConfigError} `openapi-unreadable` */
export async function readDocumentFile(path: string): Promise<string> {
  if (/^https?:\/\//i.test(path)) {
    // The address may hold credentials, so it is not repeated.
    const next = "save the document first, e.g. with curl -o openapi.json, and give that file";
    throw unreadable("http…", "an address is given, and nothing is fetched", next);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    using file = await Deno.open(path);
    for (;;) {
      const chunk = new Uint8Array(256 * 1024);
      const read = await file.read(chunk);
      if (read === null) break;
      size += read;
      if (size > MAX_DOCUMENT_BYTES) break;
      chunks.push(chunk.subarray(0, read));
    }
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) {
      throw unreadable(path, "there is no such file", "check the path", cause);
    }
    throw unreadable(
      path,
      cause instanceof Deno.errors.IsADirectory ? "it is a folder" : "it cannot be opened and read",
      "give a file that you may read",
      cause,
    );
  }
  if (size > MAX_DOCUMENT_BYTES) {
    const most = MAX_DOCUMENT_BYTES / 1024 / 1024;
    throw unreadable(path, `it has more than ${most} MiB`, "cut it down to the paths that you need");
  }
  try {
    return await new Blob(chunks as BlobPart[]).arrayBuffer().then((bytes) =>
      new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    );
  } catch (cause) {
    throw unreadable(path, "it is not UTF-8 text", "save it with the encoding UTF-8", cause);
  }
}

function unreadable(path: string, state: string, next: string, cause?: unknown): ConfigError {
  return new ConfigError(`Cannot read OpenAPI document "${path}": ${state}`, {
    code: "openapi-unreadable",
    at: { file: path },
    next,
    cause,
  });
}
