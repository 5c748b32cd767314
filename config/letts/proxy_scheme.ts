/**
 * Supported proxy schemes.
 *
 * @module
 */

const SCHEMES: readonly string[] = ["socks5", "socks5h", "http", "https"];

/** A case-insensitive regular expression for the start of a proxy URL. */
export const PROXY_PATTERN = "^(?:[sS][oO][cC][kK][sS]5[hH]?|[hH][tT][tT][pP][sS]?):";

/** Why the scheme of a proxy URL is invalid; `undefined` if it is valid. The URL may contain a password. */
export function proxySchemeFault(proxy: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(proxy)?.[1];
  if (scheme && SCHEMES.includes(scheme.toLowerCase())) return undefined;
  const seen = scheme && proxy.startsWith(`${scheme}://`) ? `, not ${scheme}://` : "";
  return `must be a URL that starts with ${SCHEMES.map((known) => `${known}://`).join(", ")}${seen}`;
}
