import { lookup } from "node:dns";
import { BlockList, isIP } from "node:net";

/** Addresses that are not on the public internet, by IANA's registries of special-purpose addresses. */
const PRIVATE_IPV4 = new BlockList(), PRIVATE_IPV6 = new BlockList();
for (
  const [network, prefix] of [
    ["0.0.0.0", 8],
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.0.0.0", 24],
    ["192.0.2.0", 24],
    ["192.168.0.0", 16],
    ["198.18.0.0", 15],
    ["198.51.100.0", 24],
    ["203.0.113.0", 24],
    ["224.0.0.0", 3],
  ] as const
) PRIVATE_IPV4.addSubnet(network, prefix, "ipv4");
for (
  const [network, prefix] of [
    ["::", 96],
    // IPv4 in IPv6, whose own address could be any.
    ["::ffff:0:0", 96],
    ["64:ff9b::", 96],
    ["64:ff9b:1::", 48],
    ["100::", 64],
    ["2001::", 23],
    ["2001:db8::", 32],
    ["2002::", 16],
    ["fc00::", 7],
    ["fe80::", 10],
    ["fec0::", 10],
    ["ff00::", 8],
  ] as const
) PRIVATE_IPV6.addSubnet(network, prefix, "ipv6");

/** Whether an IP address is loopback, private, link-local, or otherwise not public. */
export function isPrivateAddress(address: string): boolean {
  return isIP(address) === 6 ? PRIVATE_IPV6.check(address, "ipv6") : PRIVATE_IPV4.check(address, "ipv4");
}

/** A host name leads to an address that is not public. */
export class PrivateAddressError extends Error {
  /** The name of the class. */
  override readonly name = "PrivateAddressError";

  constructor(host: string, address: string) {
    super(`${host} is at the private address ${address}, which needs allow_private`);
  }
}

/** @throws {PrivateAddressError} For a host that is an address itself, which is not looked up. */
export function assertPublicHost(host: string): void {
  const address = host.replace(/^\[|\]$/g, "");
  if (isIP(address) !== 0 && isPrivateAddress(address)) throw new PrivateAddressError(host, address);
}

interface Found {
  readonly address: string;
  readonly family: number;
}

/**
 * Looks a host name up for a connection, and fails when any of its addresses is private. What was checked is what is
 * connected to, so that a name whose answers change cannot get around it.
 */
export function lookupPublic(
  host: string,
  { all }: { readonly all?: boolean | undefined },
  callback: (error: Error | null, address: string | Found[], family?: number) => void,
): void {
  lookup(host, { all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const hidden = addresses.find(({ address }) => isPrivateAddress(address));
    if (hidden !== undefined) return callback(new PrivateAddressError(host, hidden.address), []);
    if (all === true) return callback(null, addresses);
    const [first] = addresses;
    if (first === undefined) return callback(new Error(`${host} has no address`), []);
    callback(null, first.address, first.family);
  });
}
