/**
 * Sends one mission: uploads its files, then sends the request that queues it.
 *
 * @module
 */
import * as v from "valibot";
import {
  type FileRole,
  type MissionId,
  parseFileRole,
  parseMissionId,
  parseMissionName,
} from "../../protocol/names.ts";
import { argument, toJson, toWireDuration } from "../arguments.ts";
import type { Target } from "../address.ts";
import { ArgumentError } from "../errors.ts";
import { assertFeaturesUsed, requireFeatures } from "../features.ts";
import type { Connection } from "../http/connection.ts";
import type { Context } from "../context.ts";
import type { Ids } from "../../protocol/ids.ts";
import { checkAdditions, type DispatchAdditions } from "../../protocol/dispatch_options.ts";
import { featuresOf } from "../../protocol/features.ts";
import { type RetryRule, retryRule } from "../../protocol/retry.ts";
import type { BodyOf } from "../../protocol/routes.ts";
import { DISPATCH } from "../http/scopes.ts";
import { type OpenFile, stage } from "../files/staged.ts";
import type { DispatchedRef, DispatchOptions, FileSource, MissionRetry } from "../types.ts";

/** A dispatch whose arguments have been validated. */
export interface CheckedDispatch {
  readonly missionId: MissionId;
  readonly files: readonly { readonly role: FileRole; readonly source: FileSource }[];
  /** JSON of the body's other fields. */
  readonly toBody: (lane: string, files: readonly StagedFile[]) => string;
  /** Features that the dugdale must support so that no field of the body is ignored. */
  readonly features: readonly string[];
  readonly options: DispatchOptions;
}

/** A file uploaded for a mission. */
export interface StagedFile {
  readonly role: string;
  readonly staging_id: string;
}

/** The id of a launch: the caller's, or a new one. @throws {ArgumentError} When the caller's is not a UUIDv7. */
export function launchId(id: string | undefined, ids: Ids): MissionId {
  return id === undefined ? ids.mission() : argument(() => parseMissionId(id));
}

/** Validates the arguments before anything is sent. @throws {ArgumentError} When one is invalid. */
export function checkDispatch(options: DispatchOptions, missionId: MissionId): CheckedDispatch {
  // Untyped callers may omit the name, and "undefined" is a valid name.
  const mission = argument(() => parseMissionName(options.mission ?? ""));
  const files = Object.entries(options.files ?? {})
    .map(([role, source]) => ({ role: argument(() => parseFileRole(role)), source }));
  const timeout = options.timeout === undefined ? undefined : toWireDuration("timeout", options.timeout);
  const input = options.input === undefined ? undefined : toJson("input", options.input);
  const members = { mission, timeout, ...toAdditions(options) } satisfies Partial<BodyOf<"dispatch">>;
  const toBody = (lane: string, staged: readonly StagedFile[]) => {
    const files = staged.length === 0 ? undefined : staged;
    const body = JSON.stringify({ ...members, lane, files } satisfies BodyOf<"dispatch">);
    // The input is inserted as text, so that it is serialized once and every try sends the same bytes.
    return input === undefined ? body : `${body.slice(0, -1)},"input":${input}}`;
  };
  return { missionId, files, toBody, features: featuresOf(members), options };
}

/** @throws {ArgumentError} With the first invalid argument. */
function toAdditions(options: DispatchOptions): DispatchAdditions {
  const { priority, runAt, delay, key, unique, serial, onSuccess, onFailure, tags, owner, notify, retry } =
    options;
  return argument(() =>
    checkAdditions({
      priority,
      run_at: runAt instanceof Date ? runAt.getTime() : runAt,
      delay: delay === undefined ? undefined : toWireDuration("delay", delay),
      key,
      unique,
      serial: serial || undefined,
      on_success: onSuccess,
      on_failure: onFailure,
      tags: tags?.length === 0 ? undefined : tags,
      owner,
      notify,
      retry: retry && toRetryRule(retry),
    })
  );
}

function toRetryRule({ backoff, max, notReasons, ...rest }: MissionRetry): RetryRule {
  const rule = {
    ...rest,
    backoff: backoff === undefined ? undefined : toWireDuration("retry.backoff", backoff),
    max: max === undefined ? undefined : toWireDuration("retry.max", max),
    not_reasons: notReasons,
  };
  const result = v.safeParse(retryRule, rule, { abortEarly: true });
  if (result.success) return result.output;
  const { path = [], message } = result.issues[0];
  throw new ArgumentError(["retry", ...path.map(({ key }) => String(key))].join(".") + ` ${message}`);
}

/** Options for sending a validated dispatch. */
export interface SendOptions {
  readonly openFile: OpenFile;
  /** Of the span around the call. */
  readonly spanTraceparent: string | undefined;
}

/** Uploads the files and queues the mission. Retries use the same mission id and the same files. */
export async function dispatch(
  context: Context,
  target: Target,
  { missionId, files, toBody, features, options }: CheckedDispatch,
  { openFile, spanTraceparent }: SendOptions,
): Promise<{ readonly ref: DispatchedRef; readonly connection: Connection }> {
  const { signal, traceparent } = options;
  const connection = context.connections.of(target.dugdale);
  await requireFeatures(connection, features, { missionId, signal });
  const staged: StagedFile[] = [];
  for (const { role, source } of files) {
    const file = await openFile(source, signal);
    try {
      staged.push({
        role,
        staging_id: await stage(file, role, { connection, missionId, scopes: DISPATCH, signal }),
      });
    } finally {
      await file[Symbol.asyncDispose]();
    }
  }
  signal?.throwIfAborted();
  const reply = await connection.json("dispatch", {
    scopes: DISPATCH,
    headers: { "Idempotency-Key": missionId },
    body: toBody(target.lane, staged),
    missionId,
    signal,
    traceparent,
    spanTraceparent,
  });
  assertFeaturesUsed(connection, features, reply);
  const ref: DispatchedRef = {
    host: connection.host,
    missionId: reply.mission_id,
    kind: "mission",
    status: reply.status,
    ...(reply.deduplicated ? { deduplicated: true } : {}),
  };
  return { ref, connection };
}
