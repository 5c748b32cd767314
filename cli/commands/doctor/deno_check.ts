/** Checks whether missions in TypeScript can run. @module */
import { dirname, join } from "node:path";
import { isExecutable } from "../../../dugdale/interpreters.ts";
import type { Check } from "./checks.ts";

const SUBJECT = "letts";

/** Whether missions use a different Deno than the one that letts runs on, or includes. */
export function isDenoChosen(): boolean {
  const named = Deno.env.get("LETTS_DENO");
  return Deno.build.standalone ||
    (named !== undefined && named !== join(dirname(Deno.execPath()), "bin", "deno"));
}

/**
 * No finding if letts runs on the Deno of its missions; otherwise that Deno may be missing.
 *
 * @param deno Result of `findDeno()`.
 * @param isChosen Result of `isDenoChosen()`.
 */
export function denoChecks(deno: string | undefined, isChosen: boolean): readonly Check[] {
  if (!isChosen) return [];
  const fix = "put deno on the PATH or beside letts, or let LETTS_DENO name it";
  if (deno === undefined) {
    return [{ subject: SUBJECT, verdict: "warn", message: "no Deno for missions in TypeScript", fix }];
  }
  return isExecutable(deno)
    ? [{ subject: SUBJECT, verdict: "ok", message: `missions in TypeScript run with ${deno}` }]
    : [{ subject: SUBJECT, verdict: "fail", message: `LETTS_DENO names ${deno}, which cannot be run`, fix }];
}
