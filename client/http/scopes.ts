/**
 * Tokens that a call may use, in order. The next one is tried only if a token is not configured, or the dugdale says
 * that it is for the other kind of mission.
 *
 * @module
 */
import type { MissionKind } from "../../protocol/mission.ts";
import type { Scope } from "../../protocol/routes.ts";

/** Dispatch missions and transfer their files. */
export const DISPATCH: readonly Scope[] = ["dispatch"];
/** Run commands and transfer their files. */
export const EXEC: readonly Scope[] = ["exec"];
/** Change and list. */
export const ADMIN: readonly Scope[] = ["admin"];
/** Read what any token may read. */
export const ANY: readonly Scope[] = ["dispatch", "exec", "admin"];

/** Read metrics: any token will do, unless they are not open. */
export const METRICS: readonly Scope[] = ["admin", "dispatch", "exec"];

/** Read one mission or command. */
export function readingScopes(kind: MissionKind = "mission"): readonly Scope[] {
  return kind === "exec" ? ["exec", "admin"] : ANY;
}
