import type { DugdaleExec } from "../../config/dugdale/config.ts";
import { quote } from "../../protocol/clip.ts";
import { DISPLAY_NAME_MAX_BYTES, type ExecBody } from "../../protocol/exec.ts";
import {
  FILE_ROLE,
  isFileRole,
  isStagingId,
  type MissionId,
  STAGING_ID,
  type StagingId,
  UUID,
} from "../../protocol/names.ts";
import { isShellForm } from "../../protocol/shell_form.ts";
import type { ExecRequest } from "../engine/exec_dispatch.ts";
import { ProblemError } from "../problem_error.ts";
import { findRepeated, findTakenRole } from "../run/environment.ts";
import { readTimeout } from "./dispatch.ts";
import type { RequestBody, Unchecked } from "./request_body.ts";

const encoder = new TextEncoder();

/** Settings for the checks of a request. */
export type ExecLimits = Pick<DugdaleExec, "allowShell" | "maxInputsPerExec" | "maxOutputsPerExec">;

type Given<Body> = { readonly [Key in keyof Body]-?: Exclude<Body[Key], undefined> };

/** The unvalidated body; absent members are empty. */
interface RawExec extends Given<Omit<Unchecked<ExecBody>, "script">> {
  /** Undefined without a script, empty if it names no file. */
  readonly script: string | undefined;
}

/**
 * Parses the body of an exec dispatch and checks everything that does not need the database.
 *
 * @throws {ProblemError} In the documented order.
 */
export function readExec(
  execId: MissionId,
  body: RequestBody<ExecBody>,
  limits: ExecLimits,
): Omit<ExecRequest, "traceparent"> {
  const raw = withDefaults(body.shape);
  if (raw.lane === "") throw bad("lane must not be empty");
  if (raw.command.length === 0) throw bad("command must have at least one element");
  assertKeys(raw, limits);
  if (!limits.allowShell && isShellForm(raw.command)) {
    throw new ProblemError(
      "shell_form_disabled",
      `${
        quote(raw.command[0] ?? "")
      } with shell code as an argument is not allowed: exec.allow_shell is false`,
    );
  }
  const { stdin, stdinStagingId } = readStdin(raw);
  const script = raw.script === undefined ? null : stagingId(raw.script, {});
  const inputs = raw.in.map(({ key, staging_id }) => ({ key, stagingId: stagingId(staging_id, { key }) }));
  const timeoutMs = readTimeout(raw.timeout);
  const groupFault = raw.group_id === "" ? undefined : UUID.fault(raw.group_id, "group_id");
  if (groupFault !== undefined) throw bad(groupFault);
  assertDisplayName(raw.display_name);
  return {
    execId,
    lane: raw.lane,
    command: raw.command,
    script,
    in: inputs,
    out: raw.out.map((file) => file.key),
    stdin,
    stdinStagingId,
    timeoutMs,
    groupId: raw.group_id || null,
    displayName: raw.display_name || null,
    body: stored(raw),
  };
}

function withDefaults(shape: Unchecked<ExecBody>): RawExec {
  return {
    lane: shape.lane,
    command: shape.command,
    script: shape.script?.staging_id,
    in: shape.in ?? [],
    out: shape.out ?? [],
    stdin: shape.stdin ?? "",
    stdin_staging_id: shape.stdin_staging_id ?? "",
    timeout: shape.timeout ?? "",
    group_id: shape.group_id ?? "",
    display_name: shape.display_name ?? "",
  };
}

function assertKeys(raw: RawExec, limits: ExecLimits): void {
  const slots = [
    { slot: "in", keys: raw.in.map((file) => file.key), max: limits.maxInputsPerExec },
    { slot: "out", keys: raw.out.map((file) => file.key), max: limits.maxOutputsPerExec },
  ];
  for (const { slot, keys } of slots) {
    const key = keys.find((key) => !isFileRole(key));
    if (key === undefined) continue;
    throw new ProblemError("invalid_key", FILE_ROLE.refusal(key, `${slot}[].key`), {
      details: { slot, key },
    });
  }
  for (const { slot, keys } of slots) {
    const key = findRepeated(keys);
    if (key === undefined) continue;
    throw new ProblemError("duplicate_key", `${slot}[].key ${quote(key)} is given twice`, {
      details: { key },
    });
  }
  const taken = findTakenRole(raw.in.map((file) => file.key));
  if (taken !== undefined) {
    throw new ProblemError(
      "duplicate_key",
      `in[].key ${quote(taken)} is the name of a variable of another file`,
      {
        details: { key: taken },
      },
    );
  }
  for (const { slot, keys: { length: count }, max } of slots) {
    if (max <= 0 || count <= max) continue;
    throw new ProblemError("too_many_files", `${slot} has ${count} files, ${max} are allowed`, {
      details: { count, max },
    });
  }
}

function readStdin(raw: RawExec): Pick<ExecRequest, "stdin" | "stdinStagingId"> {
  const stdin = raw.stdin || "none";
  if (stdin !== "none" && stdin !== "single" && stdin !== "broadcast") {
    throw new ProblemError(
      "bad_request",
      `stdin must be none, single or broadcast, not ${quote(stdin)}`,
      { details: { stdin } },
    );
  }
  const given = raw.stdin_staging_id;
  if (stdin === "none" && given !== "") throw bad("stdin_staging_id needs stdin to be single or broadcast");
  if (stdin === "none") return { stdin, stdinStagingId: null };
  if (given === "") throw bad(`stdin ${stdin} needs a stdin_staging_id`);
  return { stdin, stdinStagingId: stagingId(given, {}) };
}

function assertDisplayName(name: string): void {
  const { length } = encoder.encode(name);
  if (length > DISPLAY_NAME_MAX_BYTES) {
    throw new ProblemError(
      "bad_request",
      `display_name has ${length} bytes, ${DISPLAY_NAME_MAX_BYTES} are allowed`,
      { details: { length, max: DISPLAY_NAME_MAX_BYTES } },
    );
  }
  // deno-lint-ignore no-control-regex -- control characters are what must not be in a name
  if (/[\u0000-\u001f\u007f]/.test(name)) throw bad("display_name must not contain control characters");
}

/** The stored form of the request: in the documented order of members, without empty ones. */
function stored(raw: RawExec): ExecBody {
  return {
    lane: raw.lane,
    command: raw.command,
    script: raw.script === undefined ? undefined : { staging_id: raw.script },
    in: raw.in.length === 0 ? undefined : raw.in,
    out: raw.out.length === 0 ? undefined : raw.out,
    stdin: (raw.stdin || undefined) as ExecBody["stdin"],
    stdin_staging_id: raw.stdin_staging_id || undefined,
    timeout: raw.timeout || undefined,
    group_id: raw.group_id || undefined,
    display_name: raw.display_name || undefined,
  };
}

function stagingId(text: string, where: { readonly key?: string }): StagingId {
  if (isStagingId(text)) return text;
  throw new ProblemError("invalid_staging_id", STAGING_ID.refusal(text), {
    details: { ...where, staging_id: text },
  });
}

function bad(message: string): ProblemError {
  return new ProblemError("bad_request", message);
}
