/**
 * The types of the client's surface.
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
import type { Tracer } from "./tracing.ts";

/**
 * Where a call goes: a route of letts.yaml, a lane of one dugdale (id or alias), or a lane of any dugdale that
 * carries all labels. Without labels those of the client count, then `selector.match` of letts.yaml.
 */
export type Address =
  | { readonly route: string }
  | { readonly host: string | number; readonly lane: string }
  | { readonly match?: readonly string[] | undefined; readonly lane: string };

/** Milliseconds, or a string such as `250ms`, `30s`, `5m` or `1h30m`. */
export type Duration = number | string;

/**
 * A file to send: a path, a `file:` URL, or its content. A stream can be sent once; what it gives is kept in a
 * temporary file until the file is sent.
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
  /** `queued` for a new mission; a repeat tells how far the first one is. */
  readonly status: Open<MissionStatus>;
  /** Nothing was started: there was a mission with the same key, and this is that one. Absent otherwise. */
  readonly deduplicated?: true | undefined;
}

/** A mission that follows the end of another one. */
export interface SuccessorOptions {
  /** Name of the mission script. */
  readonly mission: string;
  /** Default: that of the mission which it follows. */
  readonly lane?: string | undefined;
  /** It gets the member `letts` with `of`, `outcome` and `return` of the mission which it follows. Default `{}`. */
  readonly input?: JsonObject | undefined;
}

/** What to start. */
export interface DispatchOptions {
  /** Name of the mission script. */
  readonly mission: string;
  /** Any JSON value. Default `null`. */
  readonly input?: JsonValue | undefined;
  /** Files to send along, by role. */
  readonly files?: Readonly<Record<string, FileSource>> | undefined;
  /** How long the process may run; the dugdale counts from its start. Default: no limit. */
  readonly timeout?: Duration | undefined;
  /** A lane starts what is more urgent first. Default `normal`. */
  readonly priority?: Priority | undefined;
  /** Not to be started before; a number is Unix milliseconds. The past is now. Default: as soon as its lane can. */
  readonly runAt?: Date | number | undefined;
  /** Not to be started before so long has passed since the dugdale accepted it. Not together with `runAt`. */
  readonly delay?: Duration | undefined;
  /** What the work is about, such as `order-42`: 1 to 256 visible ASCII characters. `findByKey` finds the newest mission. */
  readonly key?: string | undefined;
  /**
   * When a mission with the same key waits (`queued`), waits or runs (`active`), or is still there (`kept`), nothing is
   * started: the call gives that mission, and `deduplicated`.
   */
  readonly unique?: UniqueRule | undefined;
  /** Of the serial missions with this key one runs at a time, those of a lane in their order. Default false. */
  readonly serial?: boolean | undefined;
  /** Queued together with the end of the mission when it is a success. */
  readonly onSuccess?: SuccessorOptions | undefined;
  /** Queued together with the end of the mission when it has any other end: a mission that undoes, or reports. */
  readonly onFailure?: SuccessorOptions | undefined;
  /** Words that it is found by: at most 16, each of 1 to 128 letters, digits and `_ . : / @ = + -`. */
  readonly tags?: readonly string[] | undefined;
  /** Who or what it is for; as one tag. */
  readonly owner?: string | undefined;
  /** When it is run again after it has not succeeded. `run()` waits through all attempts. Default: as its lane says. */
  readonly retry?: MissionRetry | undefined;
  /** A UUIDv7. The same id with the same payload is the same mission, however often it is sent. Default: a new one. */
  readonly missionId?: string | undefined;
  /** W3C trace context to send along. Default: what the client's `traceparent` gives. */
  readonly traceparent?: string | undefined;
  /** Ends the call, not the mission. The call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of one mission of a batch, in the order of the missions. */
export type DispatchOutcome =
  /** The dugdale has accepted it. */
  | { readonly ok: true; readonly index: number; readonly ref: DispatchedRef }
  | {
    readonly ok: false;
    readonly index: number;
    /** Fixed before the first request: sending the same again with it starts nothing twice. */
    readonly missionId: string;
    readonly error: LettsError;
  };

/** How to wait for the end. */
export interface WaitOptions {
  /** How long to wait for the end, counted from the accepted dispatch, in milliseconds. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Fetch stdout and stderr after the end. Default false. */
  readonly logs?: boolean | undefined;
  /** Folder for the output files of a success, one file a role, each verified. Made when missing. */
  readonly outputsTo?: string | URL | undefined;
  /** Called with every event. What it throws ends the call. */
  readonly onEvent?: ((event: MissionEvent) => void) | undefined;
  /** Throw a `MissionFailedError` unless the outcome is `success`. Default true. */
  readonly throwOnFailure?: boolean | undefined;
}

/** When a mission is run again that has not succeeded. */
export interface MissionRetry extends Omit<RetryRule, "backoff" | "max" | "not_reasons"> {
  /** The pause before the second attempt. Default 5 s. */
  readonly backoff?: Duration | undefined;
  /** The longest pause. Default 5 min, or `backoff` when that is longer. */
  readonly max?: Duration | undefined;
  /** Not after these fail reasons. Default none. */
  readonly notReasons?: readonly string[] | undefined;
}

/** What to start, and how to wait for its end. */
export interface RunOptions extends DispatchOptions, WaitOptions {}

/** A command to run on a dugdale that allows it. */
export interface ExecOptions extends WaitOptions {
  /** argv, used as it is. */
  readonly command: readonly string[];
  /** A script that is sent along; the command finds it at `script/script` and in `LETTS_SCRIPT`. */
  readonly script?: FileSource | undefined;
  /** Input files by key. */
  readonly in?: Readonly<Record<string, FileSource>> | undefined;
  /** Keys of output files. */
  readonly out?: readonly string[] | undefined;
  /** Standard input. Default: empty. */
  readonly stdin?: FileSource | undefined;
  /** How the record names a given `stdin`: for this exec alone, or sent to many. Default `single`. */
  readonly stdinMode?: "single" | "broadcast" | undefined;
  /** How long the process may run. Default: no limit. */
  readonly timeout?: Duration | undefined;
  /** A UUIDv7 that joins the execs of one fan-out. */
  readonly groupId?: string | undefined;
  /** A name for lists: at most 256 bytes, no control characters. */
  readonly displayName?: string | undefined;
  /** A UUIDv7; as `missionId` of a dispatch. Default: a new one. */
  readonly execId?: string | undefined;
  /**
   * Take a file that the dugdale already has by its content instead of sending it. Default: unless `execId` is given,
   * since a repeat is only the same exec when it names the same files.
   */
  readonly reuseFiles?: boolean | undefined;
  /** W3C trace context to send along. */
  readonly traceparent?: string | undefined;
  /** Ends the call, not the command. */
  readonly signal?: AbortSignal | undefined;
}

/** How to ask for a dugdale. */
export interface InfoOptions extends CallOptions {
  /** The token to ask with, to learn whether it is accepted. Default: the first that is configured. */
  readonly scope?: Scope | undefined;
}

/** What a dugdale measures, and its clock. */
export interface Metrics {
  /** The numbers as Prometheus reads them. */
  readonly text: string;
  /** The time of the dugdale in Unix milliseconds, cut to whole seconds; undefined when it tells none. */
  readonly timeMs: number | undefined;
}

/** What one dugdale answered. */
export interface HostAnswer<Value> {
  /** Id of the dugdale. */
  readonly host: string;
  /** Its answer. */
  readonly value: Value;
}

/** Why one dugdale did not answer. */
export interface HostFailure {
  /** Id of the dugdale. */
  readonly host: string;
  /** What the call to it failed with. */
  readonly error: LettsError;
}

/** What several dugdales answered, both lists in the order of letts.yaml. */
export interface FleetAnswers<Value> {
  /** Those that answered. */
  readonly answers: readonly HostAnswer<Value>[];
  /** Those that did not. */
  readonly unavailable: readonly HostFailure[];
}

/** Which dugdales to ask. */
export interface FleetOptions extends CallOptions {
  /** Those that carry all labels. Default: all of letts.yaml. */
  readonly match?: readonly string[] | undefined;
}

/** How to follow the events of a mission. */
export interface FollowOptions {
  /** Only events with a higher `seq`. Default 0: all. */
  readonly from?: number | undefined;
  /** Wait for events to come. Default true; false ends after those that are there. */
  readonly follow?: boolean | undefined;
  /** How long to follow before a `WaitTimeoutError`. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One line of an event stream, as it was sent. */
export interface FollowedLine {
  /** The line without its newline. */
  readonly line: string;
  /** Its place in the stream; 0 when it tells none. */
  readonly seq: number;
  /** The event, unless this version does not know its kind. */
  readonly event: MissionEvent | undefined;
}

/** What a mission printed. */
export interface Logs {
  /** Read as UTF-8; bytes that are not become U+FFFD. */
  readonly stdout: string;
  /** As `stdout`. */
  readonly stderr: string;
  /** Whether something is missing: cut off by the dugdale or the client's limit of 16 MiB, or not fetched at all. */
  readonly stdoutTruncated: boolean;
  /** As `stdoutTruncated`. */
  readonly stderrTruncated: boolean;
  /** Why some of it could not be fetched. */
  readonly error?: LettsError | undefined;
}

/** How a mission ended. */
export interface RunResult<R = JsonObject> {
  /** Id of the dugdale. */
  readonly host: string;
  /** UUIDv7 of the mission or exec. */
  readonly missionId: string;
  /** Whether it was dispatched by name or sent as a command. */
  readonly kind: MissionKind;
  /** How it ended; everything but `success` is a failure. A newer dugdale may know further words. */
  readonly outcome: Open<OutcomeKind>;
  /** Whether the outcome is `success`. */
  readonly success: boolean;
  /** What the mission returned. Integers beyond 2^53 are rounded here; the mission's text has them exact. */
  readonly return: R | undefined;
  /**
   * Machine-readable reason: the mission's own, or the dugdale's such as `killed_by_api`. Undefined after a
   * success.
   */
  readonly failReason: string | undefined;
  /** The same for people. */
  readonly failMessage: string | undefined;
  /** Facts that the mission or the dugdale gave along with the reason. */
  readonly failDetails: JsonObject | undefined;
  /** −1 when a signal ended the process, 0 when none was started. */
  readonly exitCode: number;
  /** Such as `KILL`, or a number when it has no name. Undefined when the process exited by itself. */
  readonly signal: string | undefined;
  /** How long the process ran; 0 when none was started. */
  readonly durationMs: number;
  /** Output files by role. */
  readonly outputFiles: Readonly<Record<string, OutputFile>>;
  /** Present when asked for. */
  readonly logs: Logs | undefined;
}

/** The result of one job of a fan-out, in the order of the jobs. */
export type HostOutcome<R = JsonObject> =
  /** The mission ended, well or not. */
  | { readonly ok: true; readonly index: number; readonly host: string; readonly result: RunResult<R> }
  | {
    readonly ok: false;
    readonly index: number;
    /** Absent when the job never got a dugdale. */
    readonly host?: string | undefined;
    readonly missionId?: string | undefined;
    /** The address as it was given. */
    readonly address: Address;
    readonly error: LettsError;
  };

/** Everything that a dugdale tells about one mission. Times are Unix milliseconds. */
export interface Mission extends MissionFields {
  /** Id of the dugdale. */
  readonly host: string;
  /** The same as it was sent. */
  readonly record: MissionRecord;
}

/** Which missions to list. All conditions hold at once. */
export interface MissionFilter {
  /** Default: all that are not being deleted. */
  readonly status?: MissionStatus | undefined;
  /** Matches only missions that are done: one outcome, or any of several. */
  readonly outcome?: OutcomeKind | readonly OutcomeKind[] | undefined;
  /** The whole word of a failure. */
  readonly failReason?: string | undefined;
  /** The whole name of a lane. */
  readonly lane?: string | undefined;
  /** Missions, or execs. Default both. */
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
  /** Newest first by creation (default), or by end; the latter lists only ended missions. */
  readonly order?: "created" | "finished" | undefined;
  /** Missions a page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** Ends the fetching of a page, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Which failed missions to count. All conditions hold at once. */
export interface FailureFilter extends CallOptions {
  /** Default: `failed`, `timeout`, `crashed`, `lost` and `oom`. */
  readonly outcome?: readonly OutcomeKind[] | undefined;
  /** The whole name of a lane. */
  readonly lane?: string | undefined;
  /** Part of the mission's name. */
  readonly mission?: string | undefined;
  /** The whole word of the failure. */
  readonly failReason?: string | undefined;
  /** Created at this Unix millisecond or later. */
  readonly since?: number | undefined;
  /** Created before this Unix millisecond. */
  readonly until?: number | undefined;
}

/** How to restart many missions. */
export interface BulkRestartOptions extends CallOptions {
  /** Members of their inputs that get another value. A mission whose input is no object is refused. Default none. */
  readonly set?: JsonObject | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  /** At most as many as the limit of the list. */
  readonly items: readonly Item[];
  /** Absent on the last page. */
  readonly nextCursor: string | undefined;
}

/** Which missions of several dugdales to list. */
export interface FleetMissionFilter extends MissionFilter {
  /** Those of dugdales that carry all labels. Default: of all of letts.yaml. */
  readonly match?: readonly string[] | undefined;
  /** The `nextCursor` of the page before, which had the same filters. Default: the first page. */
  readonly cursor?: string | undefined;
}

/** One page of a list over several dugdales. */
export interface FleetPage<Item> extends Page<Item> {
  /** The dugdales whose items are missing. With the next cursor they go on where they were. */
  readonly unavailable: readonly HostFailure[];
}

/** A list that fetches its pages as they are read. */
export interface Listing<Item> extends AsyncIterable<Item> {
  /** Fetches one page; without a cursor the first. */
  page(cursor?: string): Promise<Page<Item>>;
}

/** A mission that was started and is waited for. Releasing the handle stops the waiting, never the mission. */
export interface RunHandle<R = JsonObject> extends AsyncDisposable {
  /** Enough to find the mission again after this process is gone. */
  readonly ref: DispatchedRef;
  /** The end. The waiting begins when this is first read. */
  readonly result: Promise<RunResult<R>>;
  /** All events from the first one. */
  events(): AsyncIterable<MissionEvent>;
}

/** A launch that failed. */
export interface LaunchFailure {
  /** What the caller gets too. */
  readonly error: LettsError;
  /** Whether sending the same again may work. */
  readonly retryable: boolean;
  /** The call that was made; a fan-out reports each of its jobs. */
  readonly method: "dispatch" | "dispatchMany" | "run" | "start" | "runMany" | "runOnAll" | "exec";
  /** `dispatch`: no mission is known to run. `stream`: it runs, following it failed. */
  readonly phase: "dispatch" | "stream";
  /** As it was given. */
  readonly address: Address;
  /** Fixed before the first request: sending the same again with it starts nothing twice. */
  readonly missionId: string;
  /** Id of the dugdale, once it was known. */
  readonly host: string | undefined;
  /** As they were given. */
  readonly options: RunOptions | ExecOptions;
}

/** When to try again. */
export interface RetryOptions {
  /** Tries of one call, at least 1. Default 3. */
  readonly attempts?: number | undefined;
  /** Pauses before the second try and on, in milliseconds; the last one repeats. Default `[100, 500, 2000]`. */
  readonly backoffMs?: readonly number[] | undefined;
  /**
   * The longest `Retry-After` that is waited for, in milliseconds; with a longer one the error is thrown at once.
   * Default 10 000.
   */
  readonly retryAfterMaxMs?: number | undefined;
}

/** A stream that broke and is taken up again. */
export interface StreamBreak {
  /** Id of the dugdale. */
  readonly host: string;
  /** Whose events or output it is. */
  readonly missionId: string;
  /** A short reason, such as `eof`, `http_502` or `transport: …`. */
  readonly reason: string;
  /** What was thrown; absent when the connection just ended. */
  readonly cause?: unknown;
  /** For how long the stream has brought nothing. */
  readonly downMs: number;
  /** After which further time it is given up. */
  readonly leftMs: number;
}

/** When streams that break are taken up again: those of events and of output. */
export interface StreamOptions {
  /**
   * How long a stream may bring nothing, because its dugdale is out of reach or its connections break at once, before it
   * is given up, in milliseconds. Time begins anew with everything that comes. Default 60 000.
   */
  readonly reconnectMs?: number | undefined;
  /** Told of every break that is not the last one. */
  readonly onBreak?: ((broken: StreamBreak) => void) | undefined;
  /** Pauses before reconnecting, in milliseconds. Default `[100, 500, 2000]`. */
  readonly backoffMs?: readonly number[] | undefined;
  /** Silence after which the mission itself is asked for, in milliseconds. Default 30 000. */
  readonly silenceMs?: number | undefined;
}

/** What an apply may change although missions wait or run. */
export interface ApplyOptions {
  /** Change mission directory or runtime although missions wait or run. Default false. */
  readonly force?: boolean | undefined;
  /** Remove lanes that the body does not name. Default false. */
  readonly prune?: boolean | undefined;
  /** As `prune`, also lanes with missions. Default false. */
  readonly forcePrune?: boolean | undefined;
  /** Ends the call; the dugdale may apply all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** A call that can be ended from outside. */
export interface CallOptions {
  /** Ends the call with the signal's reason. What the dugdale has begun goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** A removal that may first have to end a mission. */
export interface ForceOptions extends CallOptions {
  /** End what prevents the removal. Default false. */
  readonly force?: boolean | undefined;
}

/** How to read what a mission prints. */
export interface LogOptions extends CallOptions {
  /** Stay until the mission has ended. Default false: what is there now. */
  readonly follow?: boolean | undefined;
  /** So many bytes from the start are left out. Default 0. */
  readonly offset?: number | undefined;
}

/** What is read of what a mission prints. */
export type LogStream = "stdout" | "stderr" | "combined";

/** The owner of output files: a result, or the record of a mission. */
export type OutputsOf =
  | Pick<RunResult<unknown>, "host" | "missionId" | "outputFiles">
  | Pick<Mission, "host" | "missionId" | "outputs">;

/** One job of a fan-out: where, what, and how to wait. `throwOnFailure` has no effect. */
export type Job = Address & RunOptions;

/** Every dugdale that has the lane and carries all labels. */
export interface Everywhere {
  /** Default: those of the client, else those of letts.yaml. */
  readonly match?: readonly string[] | undefined;
  /** The dugdale must have it according to letts.yaml. */
  readonly lane: string;
}

/** How a fan-out runs its jobs. */
export interface ManyOptions {
  /** Jobs in progress at the same time, from upload to end. Default 64. */
  readonly concurrency?: number | undefined;
  /** How long the whole call may take, counted from its start, in milliseconds. Default: no limit. */
  readonly waitMs?: number | undefined;
  /** Ends the call; jobs that are not over get an `AbortedError`. */
  readonly signal?: AbortSignal | undefined;
}

/** How to download a staging file. */
export interface DownloadOptions extends CallOptions {
  /** Only a part of the file, which cannot be verified. */
  readonly range?: ByteRange | undefined;
  /** What the file must be. Default: what the headers of the answer announce. */
  readonly expected?: { readonly size: number; readonly sha256: string } | undefined;
}

/** How a list is fetched. */
export interface PageOptions extends CallOptions {
  /** Entries a page, at most 1000. Default 100. */
  readonly limit?: number | undefined;
}

/** Which staging files of a mission to list. */
export interface StagingFilter {
  /** The mission whose files are meant. */
  readonly missionId: string;
  /** What the files are to the mission. Default all. */
  readonly refKind?: "input" | "output" | "script" | undefined;
  /** Files a page, 1 to 1000. Default 100. */
  readonly limit?: number | undefined;
  /** Ends the fetching of a page, with the signal's reason. */
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
  /** The letts.yaml to use. Default: found as the CLI finds it. */
  readonly path?: string | URL | undefined;
  /** A configuration that is already loaded, instead of a file. */
  readonly config?: LettsConfig | undefined;
  /** Where `${NAME}` is looked up. Default: the environment of the process. */
  readonly env?: ((name: string) => string | undefined) | undefined;
  /** Sends all requests; for tests, and for proxies where there is no Deno. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** When calls that are safe to repeat are sent again. */
  readonly retry?: RetryOptions | undefined;
  /** How streams that break are resumed. */
  readonly stream?: StreamOptions | undefined;
  /** Time without an answer, or without a byte of an upload accepted, before a request fails. Default 30 000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Ignore every `proxy:` of the file. Default false. */
  readonly ignoreProxy?: boolean | undefined;
  /** Accept plain tokens in a file that others may read. Default false. */
  readonly insecurePermissions?: boolean | undefined;
  /** Gives the W3C trace context of the moment, for every request. */
  readonly traceparent?: (() => string | undefined) | undefined;
  /** Makes the spans of launches, uploads and runs. Default: that of the OpenTelemetry provider, if one is registered. */
  readonly tracer?: Tracer | undefined;
  /** Called with launches that failed; cannot change what happens, and what it throws is dropped. */
  readonly onLaunchFailure?: ((failure: LaunchFailure) => void) | undefined;
}
