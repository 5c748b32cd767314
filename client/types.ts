/**
 * The public types of the client.
 *
 * @module
 */
import type { Scope } from "../protocol/routes.ts";
import type { Priority, UniqueRule } from "../protocol/dispatch_options.ts";
import type { MissionEvent } from "../protocol/event.ts";
import type { RetryRule } from "../protocol/retry.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import type {
  MissionFields,
  MissionKind,
  MissionRecord,
  MissionStatus,
  OutcomeKind,
  OutputFile,
} from "../protocol/mission.ts";
import type { Open } from "../protocol/schemas.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { LettsError } from "../protocol/letts_error.ts";
import type { Tracer } from "../protocol/tracing.ts";

/**
 * The destination of a call: a route of letts.yaml, a lane of one dugdale (id or alias), or a lane of any dugdale that
 * carries all labels. Without labels, those of the client apply, then `selector.match` of letts.yaml.
 */
export type Address =
  | { readonly route: string }
  | { readonly host: string | number; readonly lane: string }
  | { readonly match?: readonly string[] | undefined; readonly lane: string };

/** Milliseconds, or a string such as `250ms`, `30s`, `5m` or `1h30m`. */
export type Duration = number | string;

/**
 * A file to send: a path, a `file:` URL, or its content. A stream can be sent once; its content is kept in a temporary
 * file until it is sent.
 */
export type FileSource = string | URL | Uint8Array | Blob | ReadableStream<Uint8Array>;

/** A mission of one dugdale. */
export interface MissionRef {
  /** Id of the dugdale, or an alias. */
  readonly host: string | number;
  /** UUIDv7 of a mission or exec. */
  readonly missionId: string;
  /** Decides which tokens are tried first. Default `mission`. */
  readonly kind?: MissionKind | undefined;
}

/** A mission that a dugdale has accepted. */
export interface DispatchedRef extends MissionRef {
  /** Id of the dugdale. */
  readonly host: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** `queued` for a new mission; for a repeat, the status of the first one. */
  readonly status: Open<MissionStatus>;
  /**
   * True when nothing was started because a mission with the same key exists; the other fields describe that one.
   * Absent otherwise.
   */
  readonly deduplicated?: true | undefined;
}

/** A mission queued after the end of another one. */
export interface SuccessorOptions {
  /** Name of the mission script. */
  readonly mission: string;
  /** Default: that of the preceding mission. */
  readonly lane?: string | undefined;
  /** Gets the member `letts` with `of`, `outcome` and `return` of the preceding mission. Default `{}`. */
  readonly input?: JsonObject | undefined;
}

/** The mission to start. */
export interface DispatchOptions {
  /** Name of the mission script. */
  readonly mission: string;
  /** Any JSON value. Default `null`. */
  readonly input?: JsonValue | undefined;
  /** Files to send along, by role. */
  readonly files?: Readonly<Record<string, FileSource>> | undefined;
  /** Maximum run time, counted from the start of the process. Default: no limit. */
  readonly timeout?: Duration | undefined;
  /** Missions with a higher priority start first. Default `normal`. */
  readonly priority?: Priority | undefined;
  /** Earliest start; a number is Unix milliseconds. A time in the past means now. Default: now. */
  readonly runAt?: Date | number | undefined;
  /** Delay before the earliest start, counted from acceptance. Not together with `runAt`. */
  readonly delay?: Duration | undefined;
  /**
   * Identifies the work, such as `order-42`: 1 to 256 visible ASCII characters. `findByKey` finds the newest mission.
   */
  readonly key?: string | undefined;
  /**
   * Starts nothing while a mission with the same key is queued (`queued`), queued or running (`active`), or exists
   * (`kept`): the call then returns that mission, with `deduplicated`.
   */
  readonly unique?: UniqueRule | undefined;
  /** Run at most one serial mission with this key at a time, within a lane in order. Default false. */
  readonly serial?: boolean | undefined;
  /** Queued in the same transaction as the end of the mission if it is a success. */
  readonly onSuccess?: SuccessorOptions | undefined;
  /**
   * Queued in the same transaction as the end of the mission for any other outcome: a mission that cleans up or
   * reports.
   */
  readonly onFailure?: SuccessorOptions | undefined;
  /** Labels to search by: at most 16, each of 1 to 128 letters, digits and `_ . : / @ = + -`. */
  readonly tags?: readonly string[] | undefined;
  /** The person or system that the mission belongs to, in the format of a tag. */
  readonly owner?: string | undefined;
  /** A hook of the dugdale to notify of this mission, regardless of its lane. */
  readonly notify?: string | undefined;
  /** When to run the mission again after a failure. `run()` waits through all attempts. Default: the lane's rule. */
  readonly retry?: MissionRetry | undefined;
  /** A UUIDv7. Sending the same id with the same payload again has no further effect. Default: a new id. */
  readonly missionId?: string | undefined;
  /** W3C trace context to send. Default: that of the client's `traceparent`. */
  readonly traceparent?: string | undefined;
  /** Ends the call, not the mission. The call rejects with an `AbortedError` that names it; `cause` is the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome for one mission of a batch, in the order of the missions. */
export type DispatchOutcome =
  /** The dugdale has accepted it. */
  | { readonly ok: true; readonly index: number; readonly ref: DispatchedRef }
  | {
    readonly ok: false;
    readonly index: number;
    /** Fixed before the first request: sending it again starts nothing twice. */
    readonly missionId: string;
    readonly error: LettsError;
  };

/** How to wait for the end of a mission. */
export interface WaitOptions {
  /** Maximum wait in milliseconds, counted from the accepted dispatch. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Fetch stdout and stderr after the end. Default false. */
  readonly logs?: boolean | undefined;
  /** Folder for the output files of a success, one file for each role, verified. Created if missing. */
  readonly outputsTo?: string | URL | undefined;
  /** Called with every event. An exception ends the call. */
  readonly onEvent?: ((event: MissionEvent) => void) | undefined;
  /** Throw a `MissionFailedError` unless the outcome is `success`. Default true. */
  readonly throwOnFailure?: boolean | undefined;
}

/** When to run a failed mission again. */
export interface MissionRetry extends Omit<RetryRule, "backoff" | "max" | "not_reasons"> {
  /** Delay before the second attempt. Default 5 s. */
  readonly backoff?: Duration | undefined;
  /** Maximum delay. Default 5 min, or `backoff` if that is longer. */
  readonly max?: Duration | undefined;
  /** Fail reasons that are not retried. Default none. */
  readonly notReasons?: readonly string[] | undefined;
}

/** The mission to start, and how to wait for its end. */
export interface RunOptions extends DispatchOptions, WaitOptions {}

/** A command to run on a dugdale that allows commands. */
export interface ExecOptions extends WaitOptions {
  /** Command line, used as it is. */
  readonly command: readonly string[];
  /** A script to send; the command finds it at `script/script` and in `LETTS_SCRIPT`. */
  readonly script?: FileSource | undefined;
  /** Input files by key. */
  readonly in?: Readonly<Record<string, FileSource>> | undefined;
  /** Keys of output files. */
  readonly out?: readonly string[] | undefined;
  /** Standard input. Default: empty. */
  readonly stdin?: FileSource | undefined;
  /** What the record says about `stdin`: sent to this exec only, or to many. Default `single`. */
  readonly stdinMode?: "single" | "broadcast" | undefined;
  /** Maximum run time. Default: no limit. */
  readonly timeout?: Duration | undefined;
  /** A UUIDv7 that joins the execs of one fan-out. */
  readonly groupId?: string | undefined;
  /** A name for lists: at most 256 bytes, no control characters. */
  readonly displayName?: string | undefined;
  /** A UUIDv7; as `missionId` of a dispatch. Default: a new one. */
  readonly execId?: string | undefined;
  /**
   * Use a file with the same content that the dugdale already has instead of sending it. Default: unless `execId` is
   * given, since a repeat is the same exec only with the same file ids.
   */
  readonly reuseFiles?: boolean | undefined;
  /** W3C trace context to send. */
  readonly traceparent?: string | undefined;
  /** Ends the call, not the command. The call rejects with an `AbortedError` that names it; `cause` is the reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How to query a dugdale. */
export interface InfoOptions extends CallOptions {
  /** The token to use, to learn whether it is accepted. Default: the first configured token. */
  readonly scope?: Scope | undefined;
}

/** Which records of the audit to read. All conditions hold at once; omitted fields do not filter. */
export interface AuditOptions extends CallOptions {
  /** Only records with a greater id. Default 0. */
  readonly from?: number | undefined;
  /** Only records of this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Only records before this Unix millisecond. */
  readonly until?: number | undefined;
  /** Name of the token; `admin-token`, `dispatch-token` or `exec-token` for one without a name. */
  readonly actor?: string | undefined;
  /** An action such as `mission.kill`, or its part before the dot. */
  readonly action?: string | undefined;
  /** Id of a mission or file, or name of a lane or schedule. */
  readonly target?: string | undefined;
  /** Whether to wait for further records, also across broken connections. Default false. */
  readonly follow?: boolean | undefined;
}

/** Metrics of a dugdale, and its clock. */
export interface Metrics {
  /** In Prometheus text format. */
  readonly text: string;
  /** The time of the dugdale in Unix milliseconds, truncated to seconds; undefined if not sent. */
  readonly timeMs: number | undefined;
}

/** The answer of one dugdale. */
export interface HostAnswer<Value> {
  /** Id of the dugdale. */
  readonly host: string;
  /** Its answer. */
  readonly value: Value;
}

/** Why a dugdale did not answer. */
export interface HostFailure {
  /** Id of the dugdale. */
  readonly host: string;
  /** The error of the call. */
  readonly error: LettsError;
}

/** Answers of several dugdales, both lists in the order of letts.yaml. */
export interface FleetAnswers<Value> {
  /** Those that answered. */
  readonly answers: readonly HostAnswer<Value>[];
  /** Those that did not. */
  readonly unavailable: readonly HostFailure[];
}

/** Which dugdales to query. */
export interface FleetOptions extends CallOptions {
  /** Those that carry all labels. Default: all of letts.yaml. */
  readonly match?: readonly string[] | undefined;
}

/** How to follow the events of a mission. */
export interface FollowOptions {
  /** Only events with a higher `seq`. Default 0: all. */
  readonly from?: number | undefined;
  /** Wait for new events. Default true; false ends after the existing events. */
  readonly follow?: boolean | undefined;
  /** Maximum time to follow before a `WaitTimeoutError`. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One line of an event stream. */
export interface FollowedLine {
  /** The line without its newline. */
  readonly line: string;
  /** Its sequence number; 0 when it has none. */
  readonly seq: number;
  /** The event, unless this version does not know its kind. */
  readonly event: MissionEvent | undefined;
}

/** Captured output of a mission. */
export interface Logs {
  /** Decoded as UTF-8; invalid bytes become U+FFFD. */
  readonly stdout: string;
  /** As `stdout`. */
  readonly stderr: string;
  /** Whether something is missing: cut off by the dugdale or by the client's limit of 16 MiB, or not fetched. */
  readonly stdoutTruncated: boolean;
  /** As `stdoutTruncated`. */
  readonly stderrTruncated: boolean;
  /** Why some of it could not be fetched. */
  readonly error?: LettsError | undefined;
}

/** The end of a mission. */
export interface RunResult<R = JsonObject> {
  /** Id of the dugdale. */
  readonly host: string;
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** Everything other than `success` is a failure. A newer dugdale may send further values. */
  readonly outcome: Open<OutcomeKind>;
  /** Whether the outcome is `success`. */
  readonly success: boolean;
  /** The return value. Integers beyond 2^53 are rounded here; the mission's text has the exact value. */
  readonly return: R | undefined;
  /**
   * Machine-readable reason: the mission's own, or the dugdale's, such as `killed_by_api`. Undefined after a success.
   */
  readonly failReason: string | undefined;
  /** Human-readable reason. */
  readonly failMessage: string | undefined;
  /** Details given by the mission or the dugdale. */
  readonly failDetails: JsonObject | undefined;
  /** −1 when a signal ended the process, 0 when no process was started. */
  readonly exitCode: number;
  /** Such as `KILL`, or a number if it has no name. Undefined when the process exited. */
  readonly signal: string | undefined;
  /** Run time of the process; 0 when no process was started. */
  readonly durationMs: number;
  /** Output files by role. */
  readonly outputFiles: Readonly<Record<string, OutputFile>>;
  /** Present when requested. */
  readonly logs: Logs | undefined;
}

/** The result of one job of a fan-out, in the order of the jobs. */
export type HostOutcome<R = JsonObject> =
  /** The mission ended, successfully or not. */
  | { readonly ok: true; readonly index: number; readonly host: string; readonly result: RunResult<R> }
  | {
    readonly ok: false;
    readonly index: number;
    /** Absent when the job was never assigned a dugdale. */
    readonly host?: string | undefined;
    readonly missionId?: string | undefined;
    /** The address as given. */
    readonly address: Address;
    readonly error: LettsError;
  };

/** The record of a mission. Times are Unix milliseconds. */
export interface Mission extends MissionFields {
  /** Id of the dugdale. */
  readonly host: string;
  /** The record as it was sent. */
  readonly record: MissionRecord;
}

/** Filters of a list of missions. All conditions must hold. */
export interface MissionFilter {
  /** Default: all statuses except deleting. */
  readonly status?: MissionStatus | undefined;
  /** Only finished missions with this outcome, or with any of several. */
  readonly outcome?: OutcomeKind | readonly OutcomeKind[] | undefined;
  /** Fail reason, exact match. */
  readonly failReason?: string | undefined;
  /** Lane, exact match. */
  readonly lane?: string | undefined;
  /** Missions or execs. Default both. */
  readonly kind?: MissionKind | undefined;
  /** Part of the mission's name. */
  readonly mission?: string | undefined;
  /** Start of the mission's name. */
  readonly missionPrefix?: string | undefined;
  /** UUIDv7 that the execs of one fan-out share. */
  readonly groupId?: string | undefined;
  /** Created at this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Created before this Unix millisecond. */
  readonly until?: number | undefined;
  /** Newest first by creation (default) or by end; the latter lists finished missions only. */
  readonly order?: "created" | "finished" | undefined;
  /** Missions in a page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** Ends fetching with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Filters of a count of failed missions. All conditions must hold. */
export interface FailureFilter extends CallOptions {
  /** Default: `failed`, `timeout`, `crashed`, `lost` and `oom`. */
  readonly outcome?: readonly OutcomeKind[] | undefined;
  /** Lane, exact match. */
  readonly lane?: string | undefined;
  /** Part of the mission's name. */
  readonly mission?: string | undefined;
  /** Fail reason, exact match. */
  readonly failReason?: string | undefined;
  /** Created at this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Created before this Unix millisecond. */
  readonly until?: number | undefined;
}

/** How to restart several missions. */
export interface BulkRestartOptions extends CallOptions {
  /** Values that replace members of their inputs. A mission whose input is not an object is rejected. Default none. */
  readonly set?: JsonObject | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  /** At most as many as the limit of the list. */
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextCursor: string | undefined;
}

/** Filters of a list over several dugdales. */
export interface FleetMissionFilter extends MissionFilter {
  /** Only dugdales that carry all labels. Default: all of letts.yaml. */
  readonly match?: readonly string[] | undefined;
  /** The `nextCursor` of the previous page, with the same filters. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** One page of a list over several dugdales. */
export interface FleetPage<Item> extends Page<Item> {
  /** The dugdales whose items are missing. The next cursor continues where they were. */
  readonly unavailable: readonly HostFailure[];
}

/** A list that fetches its pages on demand. */
export interface Listing<Item> extends AsyncIterable<Item> {
  /** Fetches one page; without a cursor, the first. */
  page(cursor?: string): Promise<Page<Item>>;
}

/** A launched mission whose end can be awaited. Releasing the handle stops waiting, not the mission. */
export interface RunHandle<R = JsonObject> extends AsyncDisposable {
  /** Enough to find the mission again from another process. */
  readonly ref: DispatchedRef;
  /** The result. Waiting begins when this is first read. */
  readonly result: Promise<RunResult<R>>;
  /** All events from the first one. */
  events(): AsyncIterable<MissionEvent>;
}

/** A failed launch. */
export interface LaunchFailure {
  /** The error that the caller gets. */
  readonly error: LettsError;
  /** Whether sending it again may succeed. */
  readonly retryable: boolean;
  /** The call that was made; a fan-out reports each of its jobs. */
  readonly method: "dispatch" | "dispatchMany" | "run" | "start" | "runMany" | "runOnAll" | "exec";
  /** `dispatch`: the mission may not have been accepted. `stream`: it was accepted, but following it failed. */
  readonly phase: "dispatch" | "stream";
  /** As given by the caller. */
  readonly address: Address;
  /** Fixed before the first request: sending it again starts nothing twice. */
  readonly missionId: string;
  /** Id of the dugdale, if known. */
  readonly host: string | undefined;
  /** As given by the caller. */
  readonly options: RunOptions | ExecOptions;
}

/** When to retry. */
export interface RetryOptions {
  /** Maximum number of tries of a call, at least 1. Default 3. */
  readonly attempts?: number | undefined;
  /** Delays before the second and further tries, in milliseconds; the last one repeats. Default `[100, 500, 2000]`. */
  readonly backoffMs?: readonly number[] | undefined;
  /**
   * Maximum `Retry-After` to wait for, in milliseconds; with a longer one the error is thrown immediately. Default 10
   * 000.
   */
  readonly retryAfterMaxMs?: number | undefined;
}

/** An interruption of a stream that is being reconnected. */
export interface StreamBreak {
  /** Id of the dugdale. */
  readonly host: string;
  /** The mission whose events or output are read. */
  readonly missionId: string;
  /** A short reason, such as `eof`, `http_502` or `transport: …`. */
  readonly reason: string;
  /** The error; absent when the connection just ended. */
  readonly cause?: unknown;
  /** How long the stream has delivered nothing, in milliseconds. */
  readonly downMs: number;
  /** Remaining time before it is given up, in milliseconds. */
  readonly leftMs: number;
}

/** How streams of events and output reconnect. */
export interface StreamOptions {
  /**
   * Maximum time without data, because the dugdale is unreachable or its connections break immediately, in
   * milliseconds. Data resets the time. Default 60 000.
   */
  readonly reconnectMs?: number | undefined;
  /** Called for every interruption except the last one. */
  readonly onBreak?: ((broken: StreamBreak) => void) | undefined;
  /** Delays before reconnecting, in milliseconds. Default `[100, 500, 2000]`. */
  readonly backoffMs?: readonly number[] | undefined;
  /** Idle time after which the mission's record is fetched, in milliseconds. Default 30 000. */
  readonly silenceMs?: number | undefined;
}

/** What an apply may change while missions are queued or running. */
export interface ApplyOptions {
  /** Change mission directory or runtime while missions are queued or running. Default false. */
  readonly force?: boolean | undefined;
  /** Remove lanes that the body does not name. Default false. */
  readonly prune?: boolean | undefined;
  /** As `prune`, also lanes with missions. Default false. */
  readonly forcePrune?: boolean | undefined;
  /** Ends the call; the dugdale may apply the change anyway. */
  readonly signal?: AbortSignal | undefined;
}

/** A call that can be aborted. */
export interface CallOptions {
  /** Ends the call with the signal's reason. Work that the dugdale has begun continues. */
  readonly signal?: AbortSignal | undefined;
}

/** A removal that may have to end a mission first. */
export interface ForceOptions extends CallOptions {
  /** End whatever prevents the removal. Default false. */
  readonly force?: boolean | undefined;
}

/** How to read captured output. */
export interface LogOptions extends CallOptions {
  /** Wait for more until the mission has ended. Default false. */
  readonly follow?: boolean | undefined;
  /** Number of bytes to skip from the start. Default 0. */
  readonly offset?: number | undefined;
}

/** Which captured output to read, or the mission's own log: JSON lines with `time`, `level`, `message` and `fields`. */
export type LogStream = "stdout" | "stderr" | "combined" | "log";

/** The owner of output files: a result, or a mission record. */
export type OutputsOf =
  | Pick<RunResult<unknown>, "host" | "missionId" | "outputFiles">
  | Pick<Mission, "host" | "missionId" | "outputs">;

/** One job of a fan-out: address, mission, and how to wait. `throwOnFailure` has no effect. */
export type Job = Address & RunOptions;

/** Every dugdale that has the lane and carries all labels. */
export interface Everywhere {
  /** Default: those of the client, or those of letts.yaml. */
  readonly match?: readonly string[] | undefined;
  /** A lane that the dugdale must have according to letts.yaml. */
  readonly lane: string;
}

/** How a fan-out runs its jobs. */
export interface ManyOptions {
  /** Jobs in progress at the same time, from upload to end. Default 64. */
  readonly concurrency?: number | undefined;
  /** Maximum time of the whole call, in milliseconds. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Ends the call; unfinished jobs get an `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
}

/** How to download a staging file. */
export interface DownloadOptions extends CallOptions {
  /** A part of the file only, which cannot be verified. */
  readonly range?: ByteRange | undefined;
  /** Expected size and digest. Default: those of the response headers. */
  readonly expected?: { readonly size: number; readonly sha256: string } | undefined;
}

/** How to fetch a list. */
export interface PageOptions extends CallOptions {
  /** Entries in a page, at most 1000. Default 100. */
  readonly limit?: number | undefined;
}

/** Which staging files of a mission to list. */
export interface StagingFilter {
  /** The mission whose files to list. */
  readonly missionId: string;
  /** The role of the files in the mission. Default all. */
  readonly refKind?: "input" | "output" | "script" | undefined;
  /** Files in a page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** Ends fetching with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A part of a file. */
export interface ByteRange {
  /** First byte, from 0. */
  readonly start: number;
  /** Last byte, included. Default: the last of the file. */
  readonly end?: number | undefined;
}

/** How to open a client. */
export interface LettsClientOptions {
  /** The letts.yaml to use. Default: searched for as by the CLI. */
  readonly path?: string | URL | undefined;
  /** A configuration that is already loaded, instead of a file. */
  readonly config?: LettsConfig | undefined;
  /** Where `${NAME}` is looked up. Default: the environment of the process. */
  readonly env?: ((name: string) => string | undefined) | undefined;
  /** Sends all requests; for tests, and for proxies on other runtimes than Deno. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** How idempotent calls are retried. */
  readonly retry?: RetryOptions | undefined;
  /** How streams reconnect. */
  readonly stream?: StreamOptions | undefined;
  /** Idle time of a response or an upload before a request fails, in milliseconds. Default 30 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Ignore every `proxy:` of the file. Default false. */
  readonly ignoreProxy?: boolean | undefined;
  /** Accept plain tokens in a file that others may read. Default false. */
  readonly insecurePermissions?: boolean | undefined;
  /** Returns the current W3C trace context for every request. */
  readonly traceparent?: (() => string | undefined) | undefined;
  /**
   * Creates the spans of launches, uploads and runs. Default: the tracer of the registered OpenTelemetry provider, if
   * any.
   */
  readonly tracer?: Tracer | undefined;
  /** Called with failed launches. It cannot affect them; its exceptions are ignored. */
  readonly onLaunchFailure?: ((failure: LaunchFailure) => void) | undefined;
}

/** Which events to watch. */
export interface WatchOptions extends CallOptions {
  /** Types such as `mission.failed`. Default: all. */
  readonly on?: readonly string[] | undefined;
  /** The id of the last known event; those after it come first. Default: only new events. */
  readonly from?: string | undefined;
}

/** A CloudEvent of a dugdale, or a `gap`. */
export interface WatchedEvent {
  /** Such as `mission.done`; `gap` where events may have been missed. */
  readonly type: string;
  /** Unique. Undefined for a `gap`. */
  readonly id?: string | undefined;
  /** The mission. Undefined for a `gap`. */
  readonly subject?: string | undefined;
  /** RFC 3339. Undefined for a `gap`. */
  readonly time?: string | undefined;
  /** The record of the mission without its input, as it was then. Undefined for a `gap`. */
  readonly data?: JsonObject | undefined;
}

/** A place where a dugdale keeps the records of missions. */
export interface SinkReader {
  /** The record of a mission as it is kept; undefined if there is none. */
  get(missionId: string, options?: CallOptions): Promise<JsonObject | undefined>;
}
