import { BlockList, isIP } from "node:net";
import type { DugdaleNetwork } from "../../config/dugdale/config.ts";
import type { Log } from "../host/log.ts";

/** Determines the address of a client: the peer's, or the one forwarded by a trusted proxy. */
export class ClientAddress {
  readonly #trusted = new BlockList();
  readonly #forwarded: boolean;

  constructor(network: DugdaleNetwork, log: Log) {
    this.#forwarded = network.useXForwardedFor;
    for (const range of network.trustedProxies) {
      const [address = "", bits = ""] = range.split("/");
      const family = isIP(address);
      const prefix = /^\d{1,3}$/.test(bits) ? Number(bits) : -1;
      if (family === 0 || prefix < 0 || prefix > (family === 4 ? 32 : 128)) {
        log.warn("trusted_proxy_ignored", { range, reason: "not a CIDR range" });
      } else this.#trusted.addSubnet(address, prefix, family === 4 ? "ipv4" : "ipv6");
    }
  }

  /** The address of the sender of a request. */
  of(peer: string, headers: Headers): string {
    if (!this.#forwarded || isIP(peer) === 0) return peer;
    if (!this.#trusted.check(peer, isIP(peer) === 4 ? "ipv4" : "ipv6")) return peer;
    const first = headers.get("x-forwarded-for")?.split(",")[0]?.trim() ?? "";
    return isIP(first) === 0 ? peer : first;
  }
}
