/**
 * The kinds of proxies that a dugdale can be reached through.
 *
 * @module
 */

const SCHEMES: readonly string[] = ["socks5", "socks5h", "http", "https"];

/** A regular expression for the start of such a URL, in any case. */
export const PROXY_PATTERN = "^(?:[sS][oO][cC][kK][sS]5[hH]?|[hH][tT][tT][pP][sS]?):";

/** What is wrong with the scheme of a proxy's URL; `undefined` when nothing is. The URL may hold a password. */
export function proxySchemeFault(proxy: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(proxy)?.[1];
  if (scheme && SCHEMES.includes(scheme.toLowerCase())) return undefined;
  const seen = scheme && proxy.startsWith(`${scheme}://`) ? `, not ${scheme}://` : "";
  return `must be a URL that starts with ${SCHEMES.map((known) => `${known}://`).join(", ")}${seen}`;
}
