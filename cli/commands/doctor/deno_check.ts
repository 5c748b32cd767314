/** Whether missions in TypeScript can be run. @module */
import { dirname, join } from "node:path";
import { isExecutable } from "../../../dugdale/interpreters.ts";
import type { Check } from "./checks.ts";

const SUBJECT = "letts";

/** Whether missions get another Deno than the one that letts runs on, or carries. */
export function isDenoChosen(): boolean {
  const named = Deno.env.get("LETTS_DENO");
  return Deno.build.standalone ||
    (named !== undefined && named !== join(dirname(Deno.execPath()), "bin", "deno"));
}

/**
 * Nothing where letts runs on the Deno that its missions get. Elsewhere that one may be missing.
 *
 * @param deno What `findDeno()` found.
 * @param isChosen What `isDenoChosen()` says.
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
