/**
 * A dugdale inside your own process: the same daemon that `letts dugdale` runs, for applications that start small
 * and for tests.
 *
 * ```ts no-eval
 * import { dugdaleConfig, openDugdale } from "@letts/letts/dugdale";
 *
 * const config = dugdaleConfig({
 *   listen: "127.0.0.1:0",
 *   dataDir: "/var/lib/my-app/letts",
 *   admin: { tokens: [crypto.randomUUID()] },
 * });
 * await using dugdale = await openDugdale({ config });
 * console.log(dugdale.url);
 * ```
 *
 * @module
 */
export { type Dugdale, type DugdaleOptions, openDugdale } from "./daemon.ts";
export { type DugdaleConfig, dugdaleConfig, type DugdaleSettings } from "../config/dugdale_yaml.ts";
export { lineLog, type Log, silentLog } from "./host/log.ts";
