/**
 * Checks that a dugdale supports the features that a call needs.
 *
 * @module
 */
import type { DispatchReply } from "../protocol/mission.ts";
import { UnsupportedFeatureError } from "./errors.ts";
import type { Call, Connection } from "./http/connection.ts";
import { ANY } from "./http/scopes.ts";

/**
 * Checks that the dugdale has announced all of these features. If one is missing from what it announced before, it is
 * asked again, since it may have been upgraded.
 *
 * @throws {UnsupportedFeatureError} When a feature is missing.
 */
export async function requireFeatures(
  connection: Connection,
  needed: readonly string[],
  { missionId, signal }: Pick<Call, "missionId" | "signal">,
): Promise<void> {
  const { host, features } = connection;
  if (needed.every((word) => features?.has(word))) return;
  const { version, features: announced = [] } = await connection.json("dugdale", { scopes: ANY, signal });
  connection.features = new Set(announced);
  const missing = needed.filter((word) => !announced.includes(word));
  if (missing.length === 0) return;
  const message = `this dugdale of version ${version} does not support ${missing.join(", ")}`;
  throw new UnsupportedFeatureError(message, missing, { host, missionId });
}

/**
 * Checks the features that the dugdale reports as used: one that was replaced by an older version in the meantime has
 * ignored what it does not know.
 *
 * @throws {UnsupportedFeatureError} When a feature was not used.
 */
export function assertFeaturesUsed(
  connection: Connection,
  needed: readonly string[],
  { mission_id: missionId, features_used: used = [] }: DispatchReply,
): void {
  const missing = needed.filter((word) => !used.includes(word));
  if (missing.length === 0) return;
  connection.features = undefined;
  const { host } = connection;
  const message = `mission ${missionId} was accepted, but without ${missing.join(", ")}`;
  throw new UnsupportedFeatureError(message, missing, { host, missionId });
}
