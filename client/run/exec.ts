/**
 * Sends one command: its script, input files and standard input, then the request that queues it.
 *
 * @module
 */
import type { ExecBody } from "../../protocol/exec.ts";
import { type MissionId, parseFileRole, parseMissionId, type StagingId } from "../../protocol/names.ts";
import { resolveAddress, type Target } from "../address.ts";
import { argument, checkWait, toWireDuration } from "../arguments.ts";
import type { Connection } from "../http/connection.ts";
import { type Context, defaultMatch } from "../context.ts";
import { launchId } from "./dispatch.ts";
import { ArgumentError, BadRequestError } from "../errors.ts";
import { namingMission } from "./aborted_call.ts";
import { toPath } from "../files/local_file.ts";
import { MissionRun } from "./mission_run.ts";
import { type LaunchFacts, reportFailure } from "./observer.ts";
import { EXEC } from "../http/scopes.ts";
import { type OpenFile, shareFiles, stage } from "../files/staged.ts";
import { findStaging } from "../files/staging_files.ts";
import { traced } from "../../protocol/tracing.ts";
import type { Address, DispatchedRef, ExecOptions, FileSource } from "../types.ts";

/** Sends a command whose end will be awaited. */
export async function exec(context: Context, to: Address, options: ExecOptions): Promise<MissionRun> {
  const missionId = launchId(options.execId, context.ids);
  let facts: LaunchFacts = { method: "exec", address: to, missionId, host: undefined, options };
  try {
    const checked = checkExec(options);
    const target = resolveAddress(to, context.connections.config, defaultMatch(context));
    facts = { ...facts, host: target.dugdale.id };
    const connection = context.connections.of(target.dugdale);
    const attributes = {
      "letts.host": connection.host,
      "letts.lane": target.lane,
      "letts.mission_id": missionId,
    };
    const ref = await traced(
      context.connections.tracer,
      "letts.dispatch",
      { kind: 3, attributes },
      (span) => send(connection, target, checked, { execId: missionId, spanTraceparent: span.traceparent }),
    );
    return new MissionRun(ref, {
      ...options,
      connection,
      policy: context.stream,
      onFailure: (error) => reportFailure(context, facts, "stream", error),
    });
  } catch (error) {
    reportFailure(context, facts, "dispatch", error);
    throw namingMission(error, options.signal, facts);
  }
}

/** A file of a command; `in:<key>` is an input. */
interface Slot {
  readonly slot: "script" | "stdin" | `in:${string}`;
  readonly source: FileSource;
}

interface CheckedExec {
  readonly options: ExecOptions;
  readonly slots: readonly Slot[];
  readonly timeout: string | undefined;
}

function checkExec(options: ExecOptions): CheckedExec {
  if (options.command.length === 0) throw new ArgumentError("command must not be empty");
  checkWait(options.waitMs);
  if (options.outputsTo !== undefined) toPath(options.outputsTo);
  for (const key of options.out ?? []) argument(() => parseFileRole(key));
  const { groupId, script, stdin } = options;
  if (groupId !== undefined) argument(() => parseMissionId(groupId));
  const slots: Slot[] = [];
  if (script !== undefined) slots.push({ slot: "script", source: script });
  for (const [key, source] of Object.entries(options.in ?? {})) {
    slots.push({ slot: `in:${argument(() => parseFileRole(key))}`, source });
  }
  if (stdin !== undefined) slots.push({ slot: "stdin", source: stdin });
  const timeout = options.timeout === undefined ? undefined : toWireDuration("timeout", options.timeout);
  return { options, slots, timeout };
}

async function send(
  connection: Connection,
  { lane }: Target,
  checked: CheckedExec,
  { execId, spanTraceparent }: { readonly execId: MissionId; readonly spanTraceparent: string | undefined },
): Promise<DispatchedRef> {
  const { signal, traceparent } = checked.options;
  const files = shareFiles(signal);
  const post = async (reuse: boolean) => {
    const staged = await stageAll(checked, { connection, execId, openFile: files.open, reuse });
    return connection.json("execDispatch", {
      scopes: EXEC,
      headers: { "Idempotency-Key": execId },
      body: JSON.stringify(toBody(lane, checked, staged)),
      missionId: execId,
      signal,
      traceparent,
      spanTraceparent,
    });
  };
  // A lookup by content may find another file next time, and a repeat would not be the same exec.
  const reuse = checked.options.reuseFiles ?? checked.options.execId === undefined;
  try {
    const reply = await post(reuse).catch((error: unknown) => {
      const swept = reuse && error instanceof BadRequestError && error.code === "unknown_staging_ref";
      if (!swept) throw error;
      return post(false);
    });
    return { host: connection.host, missionId: reply.exec_id, kind: "exec", status: reply.status };
  } finally {
    await files[Symbol.asyncDispose]();
  }
}

interface StageOptions {
  readonly connection: Connection;
  readonly execId: MissionId;
  readonly openFile: OpenFile;
  /** Whether a file with the same content that the dugdale already has may be used. */
  readonly reuse: boolean;
}

async function stageAll(
  { options: { signal }, slots }: CheckedExec,
  { connection, execId, openFile, reuse }: StageOptions,
): Promise<ReadonlyMap<Slot["slot"], StagingId | string>> {
  const staged = new Map<Slot["slot"], StagingId | string>();
  for (const { slot, source } of slots) {
    const file = await openFile(source, signal);
    const found = reuse ? await findStaging(connection, file, { signal }) : undefined;
    const id = found?.staging_id ??
      await stage(file, slot, { connection, missionId: execId, scopes: EXEC, signal });
    staged.set(slot, id);
  }
  return staged;
}

function toBody(
  lane: string,
  { options, timeout }: CheckedExec,
  staged: ReadonlyMap<string, string>,
): ExecBody {
  const script = staged.get("script");
  const stdin = staged.get("stdin");
  const inputs = [...staged].filter(([slot]) => slot.startsWith("in:"));
  return {
    lane,
    command: options.command,
    script: script === undefined ? undefined : { staging_id: script },
    in: inputs.length === 0
      ? undefined
      : inputs.map(([slot, id]) => ({ key: slot.slice(3), staging_id: id })),
    out: options.out?.length ? options.out.map((key) => ({ key })) : undefined,
    stdin: stdin === undefined ? undefined : options.stdinMode ?? "single",
    stdin_staging_id: stdin,
    timeout,
    group_id: options.groupId,
    display_name: options.displayName,
  };
}
