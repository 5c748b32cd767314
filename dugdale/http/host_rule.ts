import { isIP } from "node:net";
import { ProblemError } from "../problem_error.ts";

/** Host and optional port, as RFC 9112 has it: anything else could turn into a path when the URL is put together. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/** Which names a server is reached by. */
export type AllowedHosts =
  | { readonly kind: "all" }
  /** Loopback names and addresses, for browsers: only they can be led here by a foreign name. */
  | { readonly kind: "loopback" }
  /** These names, besides loopback names and addresses, for all clients. */
  | { readonly kind: "named"; readonly names: readonly string[] };

/**
 * Checks the Host header. A browser that was led here by a foreign name (DNS rebinding) sends that name, so a dugdale
 * can be limited to the names that it is reached by.
 */
export class HostRule {
  readonly #kind: AllowedHosts["kind"];
  readonly #names: ReadonlySet<string>;
  /** Headers that have passed for every client: nearly all requests send one of a few. */
  readonly #known = new Set<string>();

  constructor(allowed: AllowedHosts) {
    this.#kind = allowed.kind;
    this.#names = new Set(allowed.kind === "named" ? allowed.names.map((name) => name.toLowerCase()) : []);
  }

  /** Why a request with these headers is refused; undefined when it is not. */
  refusal(headers: Headers): ProblemError | undefined {
    const host = headers.get("host");
    if (host !== null && this.#known.has(host)) return undefined;
    // HTTP/2 has no such header; without TLS it is not served.
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

/** An address cannot be led elsewhere by DNS. */
function isLoopbackName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
}

/** Over plain HTTP a browser sends neither Origin nor Sec-Fetch headers with each request, but always its name. */
function isBrowser(headers: Headers): boolean {
  return headers.has("origin") || /^mozilla\//i.test(headers.get("user-agent") ?? "");
}
