import { isIP } from "node:net";
import { ProblemError } from "../problem_error.ts";

/** Host and optional port, as RFC 9112 has it: anything else could turn into a path when the URL is put together. */
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i;

/**
 * Checks the Host header. A browser that was led here by a foreign name (DNS rebinding) sends that name, so a dugdale
 * can be limited to the names that it is reached by.
 */
export class HostRule {
  /** Undefined when every host is allowed. */
  readonly #allowed: ReadonlySet<string> | undefined;
  /** Headers that have passed: nearly all requests send one of a few. */
  readonly #known = new Set<string>();

  /** @param allowed Names besides the loopback ones; undefined allows all. */
  constructor(allowed: readonly string[] | undefined) {
    this.#allowed = allowed === undefined ? undefined : new Set(allowed.map((name) => name.toLowerCase()));
  }

  /** Why a request with this header is refused; undefined when it is not. */
  refusal(header: string | null): ProblemError | undefined {
    if (header !== null && this.#known.has(header)) return undefined;
    // HTTP/2 has no such header; without TLS it is not served.
    if (header === null) return new ProblemError("bad_request", "the Host header is missing");
    const name = HOST.exec(header)?.[1]?.toLowerCase();
    if (name === undefined) {
      return new ProblemError(
        "bad_request",
        `the Host header is no host: ${JSON.stringify(header.slice(0, 256))}`,
      );
    }
    if (!this.#allows(name)) {
      return new ProblemError("forbidden", `host ${JSON.stringify(name)} is not in network.allowed_hosts`);
    }
    if (this.#known.size < 100) this.#known.add(header);
    return undefined;
  }

  #allows(name: string): boolean {
    if (this.#allowed === undefined || this.#allowed.has(name)) return true;
    // An address cannot be rebound.
    return name === "localhost" || name.endsWith(".localhost") || isIP(name.replace(/^\[|\]$/g, "")) !== 0;
  }
}
