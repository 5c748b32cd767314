/**
 * Tokens and their rights.
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
  /** The name of the token; an unnamed one is called by its scope, such as `admin-token`. */
  readonly name: string;
  /** Its scopes. */
  readonly scopes: readonly Scope[];
  /** Whether it may only read. */
  readonly read_only: boolean;
  /** The only lanes whose missions it may see and dispatch. Absent: all. */
  readonly lanes?: readonly string[] | undefined;
  /** The only missions that it may see and dispatch; `*` at the end matches any rest of a name. Absent: all. */
  readonly missions?: readonly string[] | undefined;
  /** Unix milliseconds from which it is rejected. Absent: never. */
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
