import type { Host } from "./host.ts";
import { denoHost } from "./host_deno.ts";
import { nodeHost } from "./host_node.ts";

/** The host of this process. */
export function openHost(): Host {
  return "Deno" in globalThis ? denoHost() : nodeHost();
}
