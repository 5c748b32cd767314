/**
 * Uploads a file with its length, without holding it in memory.
 *
 * @module
 */
import { concat } from "@std/bytes";
import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { FileBody, Outgoing } from "./outgoing.ts";

/**
 * A response to an upload has a few hundred bytes; a longer one is a proxy's error page, of which the start is enough.
 */
const ANSWER_LIMIT_BYTES = 64 * 1024;

/**
 * Sends one request with the rest of a file as its body. The dugdale may respond before it has all bytes; sending then
 * stops.
 */
export async function putFile(outgoing: Outgoing, file: FileBody, onProgress: () => void): Promise<Response> {
  const { url, method, signal } = outgoing;
  const headers: Record<string, string> = {
    ...outgoing.headers,
    "Content-Length": String(file.size - file.offset),
    // One connection for each file: it carries much data, and an early response makes it unusable.
    Connection: "close",
  };
  if (file.offset > 0) headers["Content-Range"] = `bytes ${file.offset}-${file.size - 1}/${file.size}`;
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  signal.throwIfAborted();
  const request = send(url, { method, headers, agent: false });
  const stop = () => request.destroy(toError(signal.reason));
  signal.addEventListener("abort", stop, { once: true });
  const answered = answer(request);
  const written = writeAll(request, file, onProgress, answered).catch((error) =>
    void request.destroy(toError(error))
  );
  try {
    // The response decides. A failure to write the rest of the body is reported only if there is no response.
    return await answered;
  } finally {
    signal.removeEventListener("abort", stop);
    request.destroy();
    await written;
  }
}

function answer(request: ClientRequest): Promise<Response> {
  return new Promise((resolve, reject) => {
    request.once("error", reject);
    request.once("close", () => reject(new Error("connection closed before the response")));
    request.once("response", (message: IncomingMessage) => {
      readBody(message).then((body) => resolve(toResponse(message, body)), reject);
    });
  });
}

async function writeAll(
  request: ClientRequest,
  file: FileBody,
  onProgress: () => void,
  answered: Promise<unknown>,
): Promise<void> {
  const writing = new Writing(request);
  const end = () => writing.end();
  void answered.then(end, end);
  for await (const chunk of file.chunks()) {
    if (writing.over) return;
    await writing.taken(chunk);
    onProgress();
  }
  if (!writing.over) request.end();
}

/**
 * Writes until there is a response. A race against the response's promise would keep every chunk's promise alive until
 * then.
 */
class Writing {
  readonly #request: ClientRequest;
  #resolve: () => void = () => {};
  /** Whether there is a response, so that no more bytes are needed. */
  over = false;

  constructor(request: ClientRequest) {
    this.#request = request;
  }

  /** Resolves when the bytes are handed to the system, so that their buffer can be reused, or are no longer needed. */
  taken(chunk: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#request.write(chunk, () => resolve());
    });
  }

  end(): void {
    this.over = true;
    this.#resolve();
  }
}

async function readBody(message: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of message as AsyncIterable<Uint8Array>) {
    parts.push(part);
    size += part.length;
    if (size >= ANSWER_LIMIT_BYTES) break;
  }
  return concat(parts);
}

function toResponse(message: IncomingMessage, body: Uint8Array<ArrayBuffer>): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, String(value));
  }
  const status = message.statusCode ?? 0;
  return new Response(status === 204 ? null : body, { status, headers });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
