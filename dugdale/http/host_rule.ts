import { isIP } from "node:net";
import { ProblemError } from "../problem_error.ts";

/** Host and optional port, as in RFC 9112: anything else could turn into a path when the URL is built. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/** Host names accepted by a server. */
export type AllowedHosts =
  | { readonly kind: "all" }
  /** Loopback names and addresses, for browsers: only they can be misled by a foreign name. */
  | { readonly kind: "loopback" }
  /** These names, in addition to loopback names and addresses, for all clients. */
  | { readonly kind: "named"; readonly names: readonly string[] };

/**
 * Checks the Host header. A browser misled by a foreign name (DNS rebinding) sends that name, so a dugdale can be
 * limited to its own names.
 */
export class HostRule {
  readonly #kind: AllowedHosts["kind"];
  readonly #names: ReadonlySet<string>;
  /** Headers that were accepted for every client: nearly all requests have one of a few. */
  readonly #known = new Set<string>();

  constructor(allowed: AllowedHosts) {
    this.#kind = allowed.kind;
    this.#names = new Set(allowed.kind === "named" ? allowed.names.map((name) => name.toLowerCase()) : []);
  }

  /** Why a request with these headers is rejected; undefined if it is accepted. */
  refusal(headers: Headers): ProblemError | undefined {
    const host = headers.get("host");
    if (host !== null && this.#known.has(host)) return undefined;
    // HTTP/2 has no such header; it is not served without TLS.
    if (host === null) return new ProblemError("bad_request", "the Host header is missing");
    const name = HOST.exec(host)?.[1]?.toLowerCase();
    if (name === undefined) {
      return new ProblemError(
        "bad_request",
        `the Host header is not a valid host: ${JSON.stringify(host.slice(0, 256))}`,
      );
    }
    if (this.#kind === "all" || this.#names.has(name) || isLoopbackName(name)) {
      if (this.#known.size < 100) this.#known.add(host);
      return undefined;
    }
    if (this.#kind === "loopback" && !isBrowser(headers)) return undefined;
    return new ProblemError("forbidden", `host ${JSON.stringify(name)} is not in network.allowed_hosts`);
  }
}

/** DNS cannot redirect an address. */
function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

/** Over plain HTTP a browser does not send Origin or Sec-Fetch headers with each request, but always its name. */
function isBrowser(headers: Headers): boolean {
  return headers.has("origin") || /^mozilla\//i.test(headers.get("user-agent") ?? "");
}
