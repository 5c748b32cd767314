/**
 * The web UI of one dugdale, in its process.
 *
 * @module
 */
import { lettsConfig } from "../config/letts/config.ts";
import type { DugdaleConfig } from "../config/dugdale/config.ts";
import type { Dugdale } from "../dugdale/daemon.ts";
import type { Log } from "../dugdale/host/log.ts";
import { openUi } from "./server.ts";

/**
 * Opens it. There is no link that signs in: it would have to be in the log. Each session has the token that it was
 * signed in with.
 *
 * @throws {ListenError} When the address cannot be listened on.
 */
export async function openUiOfDugdale(
  { ui, network }: DugdaleConfig,
  { url }: Dugdale,
  log: Log,
): Promise<AsyncDisposable> {
  const id = Deno.hostname().toLowerCase().replace(/[^a-z0-9-]/g, "-") || "dugdale";
  const server = await openUi({
    config: lettsConfig({ dugdales: [{ id, url }] }),
    listen: ui.listen,
    allowedHosts: network.allowedHosts,
    title: id,
    link: false,
    log: withoutRequests(log),
  });
  log.info("ui started", { url: server.url });
  return server;
}

/** A dugdale logs each request to it; that of a page in front would tell the same again. */
function withoutRequests(log: Log): Log {
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => message === "request" ? undefined : log.info(message, fields),
    warn: (message, fields) => log.warn(message, fields),
    error: (message, fields) => log.error(message, fields),
  };
}
