/**
 * Sends requests: through `fetch`, and through `node:http` for files, because a stream passed to `fetch` loses its
 * length.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { ConfigError } from "../../config/config_error.ts";
import type { Chunks } from "../files/local_file.ts";
import type { FileBody, Outgoing } from "./outgoing.ts";
import { putFile } from "./put_file.ts";
import { sentInTrace } from "../../protocol/tracing.ts";

/** Sends requests to one dugdale. */
export interface Transport {
  send(request: Outgoing): Promise<Response>;
  /** @param onProgress Called when the server has accepted more bytes. */
  sendFile(request: Outgoing, file: FileBody, onProgress: () => void): Promise<Response>;
  /** Aborts requests in progress and releases the connections. */
  close(): void;
}

/** Options that select a transport. */
export interface TransportOptions {
  readonly base: URL;
  /** URL of the proxy, if any. */
  readonly proxy: string | undefined;
  /** Sends all requests instead. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * Opens the transport to one dugdale.
 *
 * @throws {ConfigError} When a proxy is configured, the runtime is not Deno, and no `fetch` was given.
 */
export function openTransport(options: TransportOptions): Transport {
  if (options.fetch !== undefined) return fetchTransport(options.fetch);
  if ("Deno" in globalThis) return denoTransport(options);
  if (options.proxy !== undefined) {
    throw new ConfigError(
      "a proxy needs Deno; elsewhere give the client a fetch that goes through it",
    );
  }
  return { ...fetchTransport(globalThis.fetch), sendFile: putFile };
}

/**
 * A connection pool of its own, so that closing the client closes its connections. If the environment names a proxy, a
 * direct connection is configured as a proxy that is the dugdale itself: otherwise the runtime would use the proxy of
 * its environment, although letts.yaml has none. (This is not possible for https.) Only in that case, because a proxy
 * gets the whole URL in the request line, which some servers misread.
 */
function denoTransport({ base, proxy }: TransportOptions): Transport {
  const direct = {
    transport: "tcp" as const,
    hostname: base.hostname, // an IPv6 address in its brackets
    port: Number(base.port || 80),
  };
  const client = Deno.createHttpClient(
    // The proxy resolves names with either scheme, as letts.yaml documents.
    proxy !== undefined
      ? { proxy: { url: proxy.replace(/^socks5:/i, "socks5h:") } }
      : base.protocol === "http:" && environmentMayHaveProxy()
      ? { proxy: direct }
      : {},
  );
  const viaPool: typeof globalThis.fetch = (input, init) => {
    // Typed here, because an application that uses the browser's types has no `client` in its RequestInit.
    const pooled: RequestInit & { readonly client: Deno.HttpClient } = { ...init, client };
    return fetch(input, pooled);
  };
  const transport = fetchTransport(viaPool);
  const credentials = base.protocol === "http:" ? httpsProxyCredentials(proxy) : {};
  const sendFile = proxy === undefined ? putFile : transport.sendFile;
  return {
    send: (request) =>
      sentInTrace(
        request.headers,
        (headers) => transport.send({ ...request, headers: { ...headers, ...credentials } }),
      ),
    sendFile: (request, ...rest) =>
      sentInTrace(
        request.headers,
        (headers) => sendFile({ ...request, headers: { ...headers, ...credentials } }, ...rest),
      ),
    close: () => client.close(),
  };
}

/** True also if access to the environment is denied. */
function environmentMayHaveProxy(): boolean {
  return PROXY_VARIABLES.some((variable) => {
    const { state } = Deno.permissions.querySync({ name: "env", variable });
    return state !== "granted" || Deno.env.get(variable) !== undefined;
  });
}

/** Variables from which the runtime takes the proxy of plain requests. */
const PROXY_VARIABLES = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/**
 * The runtime sends credentials to a proxy reached without TLS, and with every CONNECT request, but not to a proxy
 * behind TLS that forwards plain requests.
 */
function httpsProxyCredentials(proxy: string | undefined): Readonly<Record<string, string>> {
  const url = proxy === undefined ? undefined : URL.parse(proxy);
  if (url?.protocol !== "https:" || (url.username === "" && url.password === "")) return {};
  const bytes = Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`);
  return { "Proxy-Authorization": `Basic ${bytes.toString("base64")}` };
}

/** A password may contain a percent sign. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function fetchTransport(send: typeof globalThis.fetch): Transport {
  return {
    send({ method, url, headers, body, signal }) {
      // A redirect would drop the token, or turn a POST into a GET, so it is reported as an error.
      return send(url, {
        method,
        headers,
        signal,
        redirect: "manual",
        ...(body === undefined ? {} : { body }),
      });
    },
    async sendFile({ method, url, headers, signal }, file, onProgress) {
      const chunks = file.chunks();
      const last = file.size - 1;
      const init: RequestInit & { duplex: "half" } = {
        method,
        signal,
        redirect: "manual",
        duplex: "half",
        // Sent in chunks, so only the range header announces the size.
        headers: file.size === 0
          ? headers
          : { ...headers, "Content-Range": `bytes ${file.offset}-${last}/${file.size}` },
        body: file.size === 0 ? new Uint8Array() : toStream(chunks, onProgress),
      };
      try {
        return await send(url, init);
      } finally {
        await chunks.return();
      }
    },
    close() {},
  };
}

function toStream(chunks: Chunks, onProgress: () => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    async pull(controller) {
      onProgress();
      const { done, value } = await chunks.next();
      if (done) controller.close();
      // Copied, because the stream requests the next chunk before this one is read.
      else controller.enqueue(value.slice());
    },
    async cancel() {
      await chunks.return();
    },
  });
}
