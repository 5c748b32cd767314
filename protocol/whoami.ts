/**
 * What a token is and may do.
 *
 * @module
 */
import * as v from "valibot";
import { openWord } from "./schemas.ts";

/** The scope of a token. An admin token may call every route. */
export type Scope = "dispatch" | "exec" | "admin";
/** Every scope. */
export const SCOPES: readonly Scope[] = ["dispatch", "exec", "admin"];

/** The answer of `GET /v1/whoami`. */
export interface WhoamiReply {
  /** The name of the token; one without a name is called by its scope, such as `admin-token`. */
  readonly name: string;
  /** What it may do. */
  readonly scopes: readonly Scope[];
  /** Whether it may call only what changes nothing. */
  readonly read_only: boolean;
  /** The only lanes whose missions it may see and dispatch. Absent: all. */
  readonly lanes?: readonly string[] | undefined;
  /** The only missions that it may see and dispatch; `*` at the end stands for the rest of a name. Absent: all. */
  readonly missions?: readonly string[] | undefined;
  /** From this Unix millisecond on it is refused. Absent: never. */
  readonly expires_at?: number | undefined;
}

/** Checks a {@linkcode WhoamiReply}. */
export const whoamiReply: v.GenericSchema<unknown, WhoamiReply> = v.object({
  name: v.string(),
  scopes: v.array(openWord(SCOPES)),
  read_only: v.boolean(),
  lanes: v.optional(v.array(v.string())),
  missions: v.optional(v.array(v.string())),
  expires_at: v.optional(v.number()),
});
