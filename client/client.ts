/**
 * The public methods of the client; the files beside this one do the work.
 *
 * @module
 */
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { MissionEvent } from "../protocol/event.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type { ApplyBody, ApplyReply, DugdaleReply, LaneRecord, StateReply } from "../protocol/lane.ts";
import type { BulkItem, OutputFile } from "../protocol/mission.ts";
import type { AuditRecord } from "../protocol/audit.ts";
import type { WhoamiReply } from "../protocol/whoami.ts";
import type { FailuresReply } from "../protocol/failures.ts";
import { parseMissionId } from "../protocol/names.ts";
import type { DeadEvent, HookRecord, HookTestReply } from "../protocol/hooks.ts";
import type { NextReply, ScheduleRecord } from "../protocol/schedule.ts";
import type { StagingRecord, UploadRecord } from "../protocol/staging.ts";
import { auditRecords } from "./audit.ts";
import { apply, assertReady, info, lanes, metrics, state, switchLane, whoami } from "./admin.ts";
import { argument } from "./arguments.ts";
import { type ByteSource, byteStream } from "./files/byte_stream.ts";
import { openLettsConfig } from "./configuration.ts";
import { Connections } from "./http/connections.ts";
import type { Context } from "./context.ts";
import { saveTo } from "./files/save.ts";
import { streamPolicy } from "./run/reconnect_budget.ts";
import { EMBEDDED_HOST, type EmbeddedClientOptions, openEmbedded } from "./embedded.ts";
import { dispatchMany } from "./run/dispatch_many.ts";
import { exec } from "./run/exec.ts";
import { runMany, runOnAll } from "./run/fan_out.ts";
import { type Followed, followEvents, followLines } from "./run/follow.ts";
import { KEY } from "../protocol/dispatch_options.ts";
import { Ids } from "../protocol/ids.ts";
import { launch, runToEnd, start } from "./run/launch.ts";
import { toPath } from "./files/local_file.ts";
import {
  bulk,
  deleteMission,
  failures,
  findByKey,
  findMissions,
  getMission,
  kill,
  listMissions,
  missionCall,
  restart,
  runNow,
} from "./missions.ts";
import { fetchLogs } from "./run/logs.ts";
import { openLogs } from "./run/output.ts";
import { ArgumentError, MissionLookupError } from "./errors.ts";
import { askAll, mergedMissions } from "./fleet.ts";
import { openOutput, saveOutput } from "./files/outputs.ts";
import { retryPolicy } from "./http/retry.ts";
import { readingScopes } from "./http/scopes.ts";
import {
  continueSchedule,
  listSchedules,
  nextFires,
  pauseSchedule,
  runSchedule,
  scheduleText,
} from "./schedules.ts";
import { deadEvents, listHooks, redriveHook, sinkRecord, testHook, watchEvents } from "./hooks.ts";
import {
  deleteStaging,
  download,
  findStaging,
  listStaging,
  listUploads,
  uploadFile,
} from "./files/staging_files.ts";
import { registeredTracer } from "../protocol/tracing.ts";
import {
  type CallableMission,
  isDefined,
  plainOptions,
  type Typed,
  typedHandle,
  typedOutcome,
  typedResult,
} from "./run/typed.ts";
import type {
  Address,
  ApplyOptions,
  AuditOptions,
  BulkRestartOptions,
  CallOptions,
  DispatchedRef,
  DispatchOptions,
  DispatchOutcome,
  DownloadOptions,
  Everywhere,
  ExecOptions,
  FailureFilter,
  FileSource,
  FleetAnswers,
  FleetMissionFilter,
  FleetOptions,
  FleetPage,
  FollowedLine,
  FollowOptions,
  ForceOptions,
  HostOutcome,
  InfoOptions,
  Job,
  LaunchFailure,
  LettsClientOptions,
  Listing,
  LogOptions,
  Logs,
  LogStream,
  ManyOptions,
  Metrics,
  Mission,
  MissionFilter,
  MissionRef,
  OutputsOf,
  PageOptions,
  RunHandle,
  RunOptions,
  RunResult,
  SinkReader,
  StagingFilter,
  WatchedEvent,
  WatchOptions,
} from "./types.ts";

/**
 * Starts missions on the dugdales of a letts.yaml, follows them, and fetches what they made.
 *
 * Every method may throw a `ConfigError` when letts.yaml does not say how to reach the dugdale, a
 * `NetworkError` when it cannot be reached, and an `HttpError` when it refuses. Calls that can be repeated without
 * harm are, as the retry options say. A caller's signal ends the call with the signal's reason;
 * a call that starts a mission or waits for it ends with an `AbortedError` that names the mission.
 *
 * @example
 * ```ts
 * async function countWords(text: string): Promise<number | undefined> {
 *   await using client = await LettsClient.open();
 *   const answer = await client.run<{ words: number }>({ route: "normal" }, { mission: "count_words", input: { text } });
 *   return answer.return?.words;
 * }
 * ```
 */
export class LettsClient implements AsyncDisposable {
  /** The letts.yaml behind the client. */
  readonly config: LettsConfig;
  readonly #context: Context;
  readonly #owner: boolean;
  #dugdale: AsyncDisposable | undefined;

  private constructor(context: Context, owner: boolean) {
    this.config = context.connections.config;
    this.#context = context;
    this.#owner = owner;
  }

  /**
   * Reads letts.yaml. Sends no request and needs no token yet.
   *
   * @throws {ConfigError} When no file is found, or it is invalid.
   */
  static async open(options: LettsClientOptions = {}): Promise<LettsClient> {
    const { path, env, insecurePermissions, fetch, traceparent, tracer, onLaunchFailure } = options;
    const config = options.config ?? await openLettsConfig({ path, env, insecurePermissions });
    const connections = new Connections(config, {
      retry: retryPolicy(options.retry),
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      ignoreProxy: options.ignoreProxy ?? false,
      fetch,
      traceparent,
      tracer: () => tracer ?? registeredTracer(),
    });
    const stream = streamPolicy(options.stream);
    return new LettsClient({ connections, ids: new Ids(), stream, match: undefined, onLaunchFailure }, true);
  }

  /**
   * Opens a dugdale in this process, and a client for it: no set-up, the same calls. Needs Deno. Missions go to lane
   * `default`. Releasing the client ends them, and removes all files unless a `dataDir` was given.
   *
   * @throws {ArgumentError} When `missions` is not a folder.
   * @throws {ConfigError} When a lane or the command is invalid.
   */
  static async embedded(options: EmbeddedClientOptions): Promise<LettsClient> {
    const { config, dugdale } = await openEmbedded(options);
    let client: LettsClient | undefined;
    try {
      const { retry, stream, requestTimeoutMs, traceparent, tracer, onLaunchFailure } = options;
      client = await LettsClient.open({
        config,
        retry,
        stream,
        requestTimeoutMs,
        traceparent,
        tracer,
        onLaunchFailure,
      });
      await client.apply(EMBEDDED_HOST);
      client.#dugdale = dugdale;
      return client;
    } catch (error) {
      await client?.[Symbol.asyncDispose]();
      await dugdale[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * A client with other default labels or another observer. It shares the connections of this client, which still owns
   * them: releasing the copy does nothing.
   */
  with(options: {
    readonly match?: readonly string[] | undefined;
    readonly onLaunchFailure?: ((failure: LaunchFailure) => void) | undefined;
  }): LettsClient {
    const { match = this.#context.match, onLaunchFailure = this.#context.onLaunchFailure } = options;
    return new LettsClient({ ...this.#context, match, onLaunchFailure }, false);
  }

  /** The dugdales that carry all labels, in the order of letts.yaml. Default labels are not applied. */
  dugdales(match: readonly string[] = []): readonly DugdaleEntry[] {
    return this.config.candidates(undefined, match);
  }

  /**
   * Sends a mission and returns as soon as it is accepted: from then on it runs even if the client exits.
   *
   * @throws {BackPressureError} When the dugdale is full or shutting down.
   * @throws {ConflictError} When the id was already used with another payload.
   */
  dispatch(to: Address, options: DispatchOptions): Promise<DispatchedRef>;
  /**
   * Sends a defined mission. @throws {SchemaValidationError} When its schema rejects the input; then nothing is sent.
   */
  dispatch<Input>(
    to: Address,
    mission: CallableMission<Input, unknown>,
    options: Typed<DispatchOptions, Input>,
  ): Promise<DispatchedRef>;
  async dispatch<Input>(
    to: Address,
    what: DispatchOptions | CallableMission<Input, unknown>,
    options?: Typed<DispatchOptions, Input>,
  ): Promise<DispatchedRef> {
    return await launch(this.#context, to, plainOptions(what, options), { method: "dispatch" });
  }

  /**
   * Sends many missions to one lane, up to 1000 in a request, and returns an outcome for each, in their order. A
   * rejected mission is an outcome, not an error. If several dugdales match the address, one of them gets all missions.
   * A file used by several missions is uploaded once.
   *
   * @throws {ArgumentError} When a mission is invalid; then nothing was sent.
   * @throws {UnsupportedFeatureError} When the dugdale is too old for batch dispatch.
   */
  dispatchMany(
    to: Address,
    missions: readonly Omit<DispatchOptions, "signal" | "traceparent">[],
    options: CallOptions = {},
  ): Promise<DispatchOutcome[]> {
    return dispatchMany(this.#context, to, missions, options);
  }

  /**
   * Sends a mission and waits for its end.
   *
   * @throws {MissionFailedError} When the outcome is not `success`, unless `throwOnFailure` is false.
   * @throws {WaitTimeoutError} When `waitMs` passes first. The mission keeps running.
   */
  run<R = JsonObject>(to: Address, options: RunOptions): Promise<RunResult<R>>;
  /** Runs a defined mission. @throws {SchemaValidationError} When its schemas reject the input or the return value. */
  run<Input, Return>(
    to: Address,
    mission: CallableMission<Input, Return>,
    options: Typed<RunOptions, Input>,
  ): Promise<RunResult<Return>>;
  async run<Input, Return>(
    to: Address,
    what: RunOptions | CallableMission<Input, Return>,
    options?: Typed<RunOptions, Input>,
  ): Promise<RunResult<Return>> {
    const result = await runToEnd<Return>(this.#context, to, plainOptions(what, options), { method: "run" });
    return isDefined(what) ? typedResult(what, result) : result;
  }

  /** Sends a mission and returns a handle to wait with. */
  start<R = JsonObject>(to: Address, options: RunOptions): Promise<RunHandle<R>>;
  /**
   * Starts a defined mission. @throws {SchemaValidationError} When its schema rejects the input; then nothing is sent.
   */
  start<Input, Return>(
    to: Address,
    mission: CallableMission<Input, Return>,
    options: Typed<RunOptions, Input>,
  ): Promise<RunHandle<Return>>;
  async start<Input, Return>(
    to: Address,
    what: RunOptions | CallableMission<Input, Return>,
    options?: Typed<RunOptions, Input>,
  ): Promise<RunHandle<Return>> {
    const handle = await start<Return>(this.#context, to, plainOptions(what, options), { method: "start" });
    return isDefined(what) ? typedHandle(what, handle) : handle;
  }

  /** Sends a command to a dugdale that allows commands. Files that the dugdale already has are not sent again. */
  exec(to: Address, options: ExecOptions): Promise<RunHandle> {
    return exec(this.#context, to, options);
  }

  /** Runs many missions at once. Outcomes are in the order of the jobs; a failed job is an outcome, not a throw. */
  runMany<R = JsonObject>(jobs: readonly Job[], options?: ManyOptions): Promise<HostOutcome<R>[]>;
  /**
   * Runs a defined mission many times. A return value that its schema rejects is a failed outcome.
   *
   * @throws {SchemaValidationError} When its schema rejects one of the inputs; then nothing is sent.
   */
  runMany<Input, Return>(
    mission: CallableMission<Input, Return>,
    jobs: readonly (Address & Typed<RunOptions, Input>)[],
    options?: ManyOptions,
  ): Promise<HostOutcome<Return>[]>;
  async runMany<Input, Return>(
    what: readonly Job[] | CallableMission<Input, Return>,
    second: ManyOptions | readonly (Address & Typed<RunOptions, Input>)[] = {},
    third: ManyOptions = {},
  ): Promise<HostOutcome<Return>[]> {
    const method = "runMany";
    if (!("mission" in what)) return await runMany(this.#context, what, { ...second, method });
    const typed = second as readonly (Address & Typed<RunOptions, Input>)[];
    const jobs = typed.map((job) => ({ ...job, ...plainOptions<RunOptions, Input>(what, job) }));
    const outcomes = await runMany<unknown>(this.#context, jobs, { ...third, method });
    return outcomes.map((outcome, index) => typedOutcome(what, outcome, jobs[index] ?? { lane: "" }));
  }

  /**
   * Runs one mission on every dugdale that has the lane and carries all labels.
   *
   * @throws {NoMatchingDugdaleError} When there is none.
   */
  runOnAll<R = JsonObject>(where: Everywhere, options: RunOptions): Promise<HostOutcome<R>[]>;
  /**
   * Runs a defined mission everywhere. @throws {SchemaValidationError} When its schema rejects the input; then nothing
   * is sent.
   */
  runOnAll<Input, Return>(
    where: Everywhere,
    mission: CallableMission<Input, Return>,
    options: Typed<RunOptions, Input>,
  ): Promise<HostOutcome<Return>[]>;
  async runOnAll<Input, Return>(
    where: Everywhere,
    what: RunOptions | CallableMission<Input, Return>,
    options?: Typed<RunOptions, Input>,
  ): Promise<HostOutcome<Return>[]> {
    const outcomes = await runOnAll<Return>(this.#context, where, plainOptions(what, options));
    if (!isDefined(what)) return outcomes;
    const { lane } = where;
    return outcomes.map((outcome) => typedOutcome(what, outcome, { host: outcome.host ?? "", lane }));
  }

  /**
   * Follows a mission's events until it is done. Reconnects after broken connections without losing an event.
   *
   * @throws {NotFoundError} When the mission no longer exists.
   * @throws {NetworkError} When the stream has delivered nothing for too long; code `stream_given_up`.
   * @throws {WaitTimeoutError} When `waitMs` passes first.
   */
  async *follow(ref: MissionRef, options: FollowOptions = {}): AsyncGenerator<MissionEvent, void, void> {
    yield* followEvents(this.#followed(ref), options);
  }

  /** As {@linkcode follow}, with each event also as the line that was sent. */
  async *followLines(ref: MissionRef, options: FollowOptions = {}): AsyncGenerator<FollowedLine, void, void> {
    yield* followLines(this.#followed(ref), options);
  }

  /**
   * Fetches the captured output of a mission, up to 16 MiB of each stream. A failure to fetch is reported as its
   * `error`.
   */
  async capturedLogs(ref: MissionRef, { signal }: CallOptions = {}): Promise<Logs> {
    const missionId = argument(() => parseMissionId(ref.missionId));
    return await fetchLogs(this.#to(ref.host), missionId, readingScopes(ref.kind), signal);
  }

  /**
   * Streams the captured output of a mission; `combined` is JSON lines that mark the stream of each line. After a
   * broken connection the stream resumes where it was; it errors when reconnecting fails for too long.
   */
  async logs(
    ref: MissionRef,
    stream: LogStream,
    options: LogOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return await openLogs(this.#followed(ref), stream, options);
  }

  /**
   * Opens an output file. The stream errors instead of ending if the content differs from the announced size or digest.
   *
   * @throws {ArgumentError} When there is no such output.
   */
  async openOutput(
    of: OutputsOf,
    role: string,
    { signal }: CallOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return byteStream(await this.#output(of, role, signal));
  }

  /**
   * Saves an output file. Afterwards the path holds either the whole, verified file or its previous content. Links are
   * followed and permissions kept; pipes and devices are written to.
   */
  async saveOutput(
    of: OutputsOf,
    role: string,
    path: string | URL,
    options: CallOptions = {},
  ): Promise<void> {
    const connection = this.#to(of.host);
    const outputs = "outputFiles" in of ? of.outputFiles : of.outputs;
    const owner = { missionId: of.missionId, outputs };
    await saveOutput(
      { connection, policy: this.#context.stream },
      owner,
      { role, path: toPath(path) },
      options.signal,
    );
  }

  /**
   * Finds a mission on one dugdale, or on all in parallel; undefined when none has it.
   *
   * @throws {MissionLookupError} When none has it and some could not be reached.
   */
  async getMission(
    missionId: string,
    { host, signal }: { readonly host?: string | number | undefined } & CallOptions = {},
  ): Promise<Mission | undefined> {
    if (host !== undefined) return await getMission(this.#to(host), { missionId }, { signal });
    const { answers: [found], unavailable } = await this.findMissions(missionId, { signal });
    if (found !== undefined) return found.value;
    if (unavailable.length > 0) {
      throw new MissionLookupError(
        missionId,
        unavailable.map(({ error }) => error),
      );
    }
    return undefined;
  }

  /**
   * Looks a mission up on all dugdales in parallel. Several can have it if its id was used on several of them; a
   * dugdale without it is in neither list.
   */
  async findMissions(
    missionId: string,
    { match, signal }: FleetOptions = {},
  ): Promise<FleetAnswers<Mission>> {
    return await findMissions(this.#context.connections, this.dugdales(match), missionId, { signal });
  }

  /**
   * The newest mission with a key, on one dugdale or on all in parallel; undefined when there is none.
   *
   * @throws {ArgumentError} When the key is invalid.
   * @throws {MissionLookupError} When none has it and some could not be reached.
   */
  async findByKey(
    key: string,
    { host, match, signal }: { readonly host?: string | number | undefined } & FleetOptions = {},
  ): Promise<Mission | undefined> {
    argument(() => KEY.parse(key));
    if (host !== undefined) return await findByKey(this.#to(host), key, { signal });
    const hosts = this.dugdales(match).map(({ id }) => id);
    const { answers, unavailable } = await askAll(
      hosts,
      (name, signal) => findByKey(this.#to(name), key, { signal }),
      { signal },
    );
    const found = answers.flatMap(({ value }) => value ?? []);
    if (found.length > 0) return found.reduce((a, b) => b.createdMs > a.createdMs ? b : a);
    if (unavailable.length === 0) return undefined;
    throw new MissionLookupError(`key:${key}`, unavailable.map(({ error }) => error));
  }

  /**
   * Makes the same call to all dugdales in parallel, for example for their lanes. A dugdale that cannot answer is
   * listed as unavailable; any error of `ask` other than a {@linkcode LettsError} ends the call.
   *
   * @example
   * ```ts
   * async function printLanes(client: LettsClient): Promise<void> {
   *   const { answers, unavailable } = await client.askAll((host, signal) => client.lanes(host, { signal }));
   *   for (const { host, value } of answers) console.log(host, value.map(({ name }) => name));
   *   for (const { host, error } of unavailable) console.error(host, error.message);
   * }
   * ```
   */
  async askAll<Value>(
    ask: (host: string, signal: AbortSignal) => Promise<Value>,
    { match, signal }: FleetOptions = {},
  ): Promise<FleetAnswers<Value>> {
    return await askAll(this.dugdales(match).map(({ id }) => id), ask, { signal });
  }

  /** The mission's record as it was sent, with exact integers beyond 2^53. */
  async missionText(ref: MissionRef, { signal }: CallOptions = {}): Promise<string> {
    const call = missionCall(ref.missionId, { scopes: readingScopes(ref.kind), signal });
    return await this.#to(ref.host).text("getMission", call);
  }

  /** The missions of a dugdale, newest first. */
  listMissions(host: string | number, filter: MissionFilter = {}): Listing<Mission> {
    return listMissions(() => this.#to(host), filter);
  }

  /**
   * One page of the missions of all dugdales, newest first. Dugdales that cannot answer are listed as unavailable.
   *
   * @throws {ArgumentError} When the cursor was made for other filters.
   *
   * @example
   * ```ts
   * async function printFailures(client: LettsClient): Promise<void> {
   *   let cursor: string | undefined;
   *   do {
   *     const page = await client.listMissionsOnAll({ outcome: "failed", cursor });
   *     for (const { host, missionId, failMessage } of page.items) console.log(host, missionId, failMessage);
   *     cursor = page.nextCursor;
   *   } while (cursor !== undefined);
   * }
   * ```
   */
  async listMissionsOnAll(filter: FleetMissionFilter = {}): Promise<FleetPage<Mission>> {
    const hosts = this.dugdales(filter.match).map(({ id }) => id);
    const fetchPage = (host: string, asked: MissionFilter, cursor?: string) =>
      this.listMissions(host, asked).page(cursor);
    return await mergedMissions(hosts, fetchPage, filter);
  }

  /** Ends a mission: a queued one immediately (`killed`), a running one by signal (`kill_sent`). Not retried. */
  async kill(ref: MissionRef, options: CallOptions = {}): Promise<"killed" | "kill_sent"> {
    return await kill(this.#to(ref.host), ref, options);
  }

  /** Queues an ended mission again under a new id. Not retried. */
  async restart(ref: MissionRef, options: CallOptions = {}): Promise<DispatchedRef> {
    return await restart(this.#to(ref.host), ref, options);
  }

  /**
   * Makes a mission that waits for its time, or for its next attempt, due now. Answers `queued` when its lane has no
   * free slot yet. A running mission is not affected.
   */
  async runNow(ref: MissionRef, options: CallOptions = {}): Promise<"queued" | "running"> {
    return await runNow(this.#to(ref.host), ref, options);
  }

  /** Removes a mission with its files; a running one only with `force`, which kills it first. */
  async delete(ref: MissionRef, options: ForceOptions = {}): Promise<void> {
    await deleteMission(this.#to(ref.host), ref, options);
  }

  /** Counts failed missions by name, outcome and reason. @throws {UnsupportedFeatureError} When the dugdale is too old. */
  async failures(host: string | number, filter: FailureFilter = {}): Promise<FailuresReply> {
    return await failures(this.#to(host), filter);
  }

  /** Restarts up to 1000 missions, optionally with changed inputs. Each item has its own result. Not retried. */
  async bulkRestart(
    host: string | number,
    ids: readonly string[],
    options: BulkRestartOptions = {},
  ): Promise<readonly BulkItem[]> {
    return await bulk(this.#to(host), "bulkRestart", ids, options);
  }

  /** Removes up to 1000 missions. Each item has its own result. */
  async bulkDelete(
    host: string | number,
    ids: readonly string[],
    options: ForceOptions = {},
  ): Promise<readonly BulkItem[]> {
    return await bulk(this.#to(host), "bulkDelete", ids, options);
  }

  /**
   * Sets lanes, labels, mission directory and runtime; without a body, to the values of letts.yaml. Not retried.
   *
   * @throws {UnsupportedFeatureError} When lane options are given and the dugdale does not know them.
   */
  async apply(host: string | number, body?: ApplyBody, options: ApplyOptions = {}): Promise<ApplyReply> {
    const dugdale = this.config.dugdale(host);
    const connection = this.#context.connections.of(dugdale);
    return await apply(connection, body ?? this.config.applyBody(dugdale), options);
  }

  /** The most recently applied configuration. */
  async state(host: string | number, options: CallOptions = {}): Promise<StateReply> {
    return await state(this.#to(host), options);
  }

  /** The lanes of a dugdale by name, with their load. */
  async lanes(host: string | number, options: CallOptions = {}): Promise<readonly LaneRecord[]> {
    return await lanes(this.#to(host), options);
  }

  /** Version, uptime and queue of a dugdale. */
  async info(host: string | number, options: InfoOptions = {}): Promise<DugdaleReply> {
    return await info(this.#to(host), options);
  }

  /**
   * The name of the token and what it may do.
   *
   * @throws {NotFoundError} When the dugdale is too old to tell.
   */
  async whoami(host: string | number, options: InfoOptions = {}): Promise<WhoamiReply> {
    return await whoami(this.#to(host), options);
  }

  /**
   * Asks a dugdale whether it accepts missions.
   *
   * @throws {HttpError} When it does not: with the code `awaiting_apply` before the first apply, `awaiting_drain` while it
   * shuts down, `awaiting_manual_repair` or `db_error` when its database is damaged or cannot be written.
   */
  async assertReady(host: string | number, options: CallOptions = {}): Promise<void> {
    await assertReady(this.#to(host), options);
  }

  /**
   * The audit of a dugdale, oldest record first: who did what, and what was refused to whom.
   *
   * @throws {NotFoundError} When nothing is recorded; code `feature_disabled`.
   * @throws {UnsupportedFeatureError} When the dugdale is too old.
   */
  async *audit(host: string | number, options: AuditOptions = {}): AsyncGenerator<AuditRecord, void, void> {
    yield* auditRecords(this.#to(host), this.#context.stream, options);
  }

  /** Metrics of a dugdale, and its clock. */
  async metrics(host: string | number, options: CallOptions = {}): Promise<Metrics> {
    return await metrics(this.#to(host), options);
  }

  /** Stops a lane from starting missions. Running missions continue. */
  async pauseLane(host: string | number, lane: string, options: CallOptions = {}): Promise<void> {
    await switchLane(this.#to(host), "pauseLane", lane, options);
  }

  /** Lets a paused lane start missions again. */
  async continueLane(host: string | number, lane: string, options: CallOptions = {}): Promise<void> {
    await switchLane(this.#to(host), "continueLane", lane, options);
  }

  /**
   * The schedules of a dugdale, by name. @throws {UnsupportedFeatureError} When the dugdale is too old for schedules.
   */
  async listSchedules(
    host: string | number,
    options: CallOptions = {},
  ): Promise<readonly ScheduleRecord[]> {
    return await listSchedules(this.#to(host), options);
  }

  /** A schedule as the JSON text that was sent. @throws {NotFoundError} When there is no schedule of that name. */
  async scheduleText(host: string | number, name: string, options: CallOptions = {}): Promise<string> {
    return await scheduleText(this.#to(host), name, options);
  }

  /** The next times of a schedule, 10 by default, as if it were not paused. */
  async nextFires(
    host: string | number,
    name: string,
    options: { readonly count?: number | undefined } & CallOptions = {},
  ): Promise<NextReply> {
    return await nextFires(this.#to(host), name, options);
  }

  /** Pauses a schedule and records who paused it and why. If it is already paused, nothing changes. */
  async pauseSchedule(
    host: string | number,
    name: string,
    options: { readonly who?: string | undefined; readonly reason?: string | undefined } & CallOptions = {},
  ): Promise<ScheduleRecord> {
    return await pauseSchedule(this.#to(host), name, options);
  }

  /** Resumes a paused schedule. Its `missed` setting decides about the times that have passed. */
  async continueSchedule(
    host: string | number,
    name: string,
    options: CallOptions = {},
  ): Promise<ScheduleRecord> {
    return await continueSchedule(this.#to(host), name, options);
  }

  /** Queues the mission of a schedule now, regardless of overlap. Its next times do not change. */
  async runSchedule(host: string | number, name: string, options: CallOptions = {}): Promise<DispatchedRef> {
    return await runSchedule(this.#to(host), name, options);
  }

  /** The hooks of a dugdale, by name. @throws {UnsupportedFeatureError} When the dugdale is too old for hooks. */
  async listHooks(host: string | number, options: CallOptions = {}): Promise<readonly HookRecord[]> {
    return await listHooks(this.#to(host), options);
  }

  /** Events of a hook whose delivery was given up, the oldest first. */
  deadEvents(host: string | number, hook: string, options: PageOptions = {}): Listing<DeadEvent> {
    return deadEvents(() => this.#to(host), hook, options);
  }

  /**
   * Delivers dead events of a hook once more, and turns the hook on if it was off. Returns how many there are.
   *
   * @param options.ids Numbers of dead events, at most 1000. Default: the oldest 1000.
   */
  async redriveHook(
    host: string | number,
    hook: string,
    options: { readonly ids?: readonly number[] | undefined } & CallOptions = {},
  ): Promise<number> {
    return await redriveHook(this.#to(host), hook, options);
  }

  /** Delivers a test event to a hook now, and returns whether it was accepted. */
  async testHook(
    host: string | number,
    hook: string,
    options: CallOptions = {},
  ): Promise<HookTestReply> {
    return await testHook(this.#to(host), hook, options);
  }

  /**
   * A sink of a dugdale.
   *
   * @param options.host Id or alias of the dugdale. Default: the only one of the configuration.
   */
  sink(name: string, options: { readonly host?: string | number | undefined } = {}): SinkReader {
    return {
      get: async (missionId, call = {}) => {
        const host = options.host ?? this.config.dugdales[0]?.id ?? "";
        if (options.host === undefined && this.config.dugdales.length !== 1) {
          throw new ArgumentError(`sink ${JSON.stringify(name)} needs a host: there are several dugdales`);
        }
        return await sinkRecord(this.#to(host), name, missionId, call);
      },
    };
  }

  /**
   * What happens to the missions of a dugdale, as it happens. Broken connections are resumed after the last event; where
   * events may have been missed, there is an event of the type `gap`.
   */
  watch(host: string | number, options: WatchOptions = {}): AsyncGenerator<WatchedEvent, void, void> {
    return watchEvents(this.#to(host), this.#context.stream, options);
  }

  /** Uploads a file under a new id. */
  async upload(host: string | number, file: FileSource, options: CallOptions = {}): Promise<OutputFile> {
    return await uploadFile(this.#to(host), this.#context.ids, file, options);
  }

  /** Opens a staging file, or a part of it. Whole files are verified. */
  async download(
    host: string | number,
    stagingId: string,
    options: DownloadOptions = {},
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    return byteStream(await download(this.#to(host), stagingId, options));
  }

  /** Saves a staging file. Afterwards the path holds either the whole, verified file or its previous content. */
  async saveDownload(
    host: string | number,
    stagingId: string,
    path: string | URL,
    options: DownloadOptions = {},
  ): Promise<void> {
    const target = toPath(path);
    await saveTo(target, await download(this.#to(host), stagingId, options));
  }

  /** Finds a staging file by its content; undefined when there is none. Needs an exec or admin token. */
  async findStaging(
    host: string | number,
    content: { readonly sha256: string; readonly size: number },
    options: CallOptions = {},
  ): Promise<OutputFile | undefined> {
    return await findStaging(this.#to(host), content, options);
  }

  /** The staging files that a mission refers to. */
  listStaging(host: string | number, filter: StagingFilter): Listing<StagingRecord> {
    return listStaging(() => this.#to(host), filter);
  }

  /** Incomplete uploads, by their ids. {@linkcode deleteStaging} removes one. */
  listUploads(host: string | number, options: PageOptions = {}): Listing<UploadRecord> {
    return listUploads(() => this.#to(host), options);
  }

  /** Removes a staging file; one in use only with `force`, which also removes the missions that use it. */
  async deleteStaging(host: string | number, stagingId: string, options: ForceOptions = {}): Promise<void> {
    await deleteStaging(this.#to(host), stagingId, options);
  }

  /**
   * Ends all calls in progress with an `AbortedError` and closes the connections. Missions keep running, except on an
   * embedded dugdale.
   */
  async close(): Promise<void> {
    if (this.#owner) this.#context.connections.close();
    await this.#dugdale?.[Symbol.asyncDispose]();
  }

  /** As {@linkcode close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #to(host: string | number): ReturnType<Connections["to"]> {
    return this.#context.connections.to(host);
  }

  async #output(of: OutputsOf, role: string, signal: AbortSignal | undefined): Promise<ByteSource> {
    const outputs = "outputFiles" in of ? of.outputFiles : of.outputs;
    return await openOutput(this.#to(of.host), { missionId: of.missionId, outputs }, role, signal);
  }

  #followed(ref: MissionRef): Followed {
    return {
      connection: this.#to(ref.host),
      missionId: argument(() => parseMissionId(ref.missionId)),
      scopes: readingScopes(ref.kind),
      policy: this.#context.stream,
      answered: "status" in ref,
    };
  }
}
