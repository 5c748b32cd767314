/** The surface of the client. @module */
import type { ByContentReply, StagingRecord, UploadReply } from "../protocol/staging.ts";
import type { ApplyBody, ApplyReply, DugdaleReply, LaneRecord, StateReply } from "../protocol/lane.ts";
import type { BulkItem, OutputFile } from "../protocol/mission.ts";
import type { MissionEvent } from "../protocol/event.ts";
import type { JsonObject } from "../protocol/json_value.ts";
import type { LettsConfig } from "./configuration.ts";
import type {
  Address,
  ApplyOptions,
  ByteRange,
  CallOptions,
  DispatchedRef,
  DispatchOptions,
  Dugdale,
  ExecOptions,
  FileSource,
  FollowedLine,
  FollowOptions,
  HostOutcome,
  LaunchFailure,
  LettsClientOptions,
  Listing,
  Mission,
  MissionFilter,
  MissionRef,
  RunHandle,
  RunOptions,
  RunResult,
  StagingFilter,
} from "./types.ts";

export declare class LettsClient implements AsyncDisposable {
  static open(options?: LettsClientOptions): Promise<LettsClient>;
  readonly config: LettsConfig;
  with(options: {
    readonly match?: readonly string[] | undefined;
    readonly onLaunchFailure?: ((failure: LaunchFailure) => void) | undefined;
  }): LettsClient;
  dugdales(match?: readonly string[]): Dugdale[];

  dispatch(to: Address, options: DispatchOptions): Promise<DispatchedRef>;
  run<R = JsonObject>(to: Address, options: RunOptions): Promise<RunResult<R>>;
  start<R = JsonObject>(to: Address, options: RunOptions): Promise<RunHandle<R>>;
  exec(to: Address, options: ExecOptions): Promise<RunHandle>;
  runMany<R = JsonObject>(
    jobs: readonly (Address & RunOptions)[],
    options?: {
      readonly concurrency?: number | undefined;
      readonly waitMs?: number | undefined;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<HostOutcome<R>[]>;
  runOnAll<R = JsonObject>(
    where: { readonly match?: readonly string[] | undefined; readonly lane: string },
    options: RunOptions,
  ): Promise<HostOutcome<R>[]>;

  follow(ref: MissionRef, options?: FollowOptions): AsyncIterable<MissionEvent>;
  followLines(ref: MissionRef, options?: FollowOptions): AsyncIterable<FollowedLine>;
  logs(
    ref: MissionRef,
    stream: "stdout" | "stderr" | "combined",
    options?: { readonly follow?: boolean | undefined; readonly signal?: AbortSignal | undefined },
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  openOutput(
    result: RunResult | Mission,
    role: string,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  saveOutput(
    result: RunResult | Mission,
    role: string,
    path: string | URL,
    options?: CallOptions,
  ): Promise<void>;

  getMission(
    id: string,
    options?: { readonly host?: string | number | undefined } & CallOptions,
  ): Promise<Mission | undefined>;
  missionText(ref: MissionRef, options?: CallOptions): Promise<string>;
  listMissions(host: string | number, filter?: MissionFilter): Listing<Mission>;
  kill(
    ref: MissionRef,
    options?: { readonly signalName?: string | undefined } & CallOptions,
  ): Promise<"killed" | "kill_sent">;
  restart(ref: MissionRef, options?: CallOptions): Promise<DispatchedRef>;
  delete(ref: MissionRef, options?: { readonly force?: boolean | undefined } & CallOptions): Promise<void>;
  bulkRestart(
    host: string | number,
    ids: readonly string[],
    options?: CallOptions,
  ): Promise<readonly BulkItem[]>;
  bulkDelete(
    host: string | number,
    ids: readonly string[],
    options?: { readonly force?: boolean | undefined } & CallOptions,
  ): Promise<readonly BulkItem[]>;

  apply(host: string | number, body?: ApplyBody, options?: ApplyOptions): Promise<ApplyReply>;
  state(host: string | number, options?: CallOptions): Promise<StateReply>;
  lanes(host: string | number, options?: CallOptions): Promise<readonly LaneRecord[]>;
  info(host: string | number, options?: CallOptions): Promise<DugdaleReply>;
  pauseLane(host: string | number, lane: string, options?: CallOptions): Promise<void>;
  continueLane(host: string | number, lane: string, options?: CallOptions): Promise<void>;

  upload(host: string | number, file: FileSource, options?: CallOptions): Promise<UploadReply>;
  download(
    host: string | number,
    stagingId: string,
    options?: {
      readonly range?: ByteRange | undefined;
      /** What the file must be, when that is known better than by its headers. */
      readonly expected?: Pick<OutputFile, "sha256" | "size"> | undefined;
    } & CallOptions,
  ): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
  saveDownload(
    host: string | number,
    stagingId: string,
    path: string | URL,
    options?: CallOptions,
  ): Promise<void>;
  findStaging(
    host: string | number,
    content: Pick<OutputFile, "sha256" | "size">,
    options?: CallOptions,
  ): Promise<ByContentReply | undefined>;
  listStaging(host: string | number, filter: StagingFilter): Listing<StagingRecord>;
  deleteStaging(
    host: string | number,
    stagingId: string,
    options?: { readonly force?: boolean | undefined } & CallOptions,
  ): Promise<void>;

  [Symbol.asyncDispose](): Promise<void>;
}
