/**
 * What `listen` says about who can reach a dugdale.
 *
 * @module
 */
import { isIPv4, isIPv6 } from "node:net";

/** The host of `host:port`, without brackets; empty for `:port`, which is every interface. */
export function listenHost(listen: string): string {
  const bracketed = /^\[([^\]]*)\](?::[^:]*)?$/.exec(listen);
  if (bracketed) return bracketed[1] ?? "";
  return /^([^:]*):[^:]*$/.exec(listen)?.[1] ?? listen;
}

/** Whether only this machine can reach the address: `localhost`, 127.0.0.0/8 or `::1`. */
export function isLoopback(listen: string): boolean {
  const host = listenHost(listen).toLowerCase();
  if (host === "localhost") return true;
  if (isIPv4(host)) return host.startsWith("127.");
  return isIPv6(host) && URL.parse(`http://[${host}]`)?.hostname === "[::1]";
}
