/**
 * Who can reach the address in `listen`.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

/** The host of `host:port`, without brackets; empty for `:port`, which means all interfaces. */
export function listenHost(listen: string): string {
  const bracketed = /^\[([^\]]*)\](?::[^:]*)?$/.exec(listen);
  if (bracketed) return bracketed[1] ?? "";
  return /^([^:]*):[^:]*$/.exec(listen)?.[1] ?? listen;
}

/** Whether the address is reachable only from this machine: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback(listen: string): boolean {
  const host = listenHost(listen).toLowerCase();
  if (host === "localhost") return true;
  if (isIPv4(host)) return host.startsWith("127.");
  return isIPv6(host) && URL.parse(`http://[${host}]`)?.hostname === "[::1]";
}
