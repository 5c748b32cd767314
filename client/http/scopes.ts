/**
 * Which tokens a call may use, from left to right. The next one is tried only when one is not configured, or when
 * the dugdale says that it is for missions of the other kind.
 *
 * @module
 */
import type { MissionKind } from "../../protocol/mission.ts";
import type { Scope } from "../../protocol/routes.ts";

/** Sending missions and their files. */
export const DISPATCH: readonly Scope[] = ["dispatch"];
/** Sending commands and their files. */
export const EXEC: readonly Scope[] = ["exec"];
/** Changing and listing. */
export const ADMIN: readonly Scope[] = ["admin"];
/** Reading what any token may read. */
export const ANY: readonly Scope[] = ["dispatch", "exec", "admin"];

/** Reading one mission, or one command. */
export function readingScopes(kind: MissionKind = "mission"): readonly Scope[] {
  return kind === "exec" ? ["exec", "admin"] : ANY;
}
