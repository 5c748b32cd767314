/**
 * `limits` of dugdale.yaml.
 *
 * @module
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/** Limits and timeouts of a dugdale. Sizes are in bytes, durations in milliseconds. Negative counts mean 0. */
export interface DugdaleLimits {
  /** Captured stdout and stderr of one mission, together. 0 captures nothing. Default 16 MiB. */
  readonly maxOutputBufferBytes: number;
  /** All events of one mission. 0: no limit. Default 1 MiB. */
  readonly maxEventsBufferBytes: number;
  /** One line that a mission writes to fd 3. 0: no limit, and the headroom rule is off. Default 1 MiB. */
  readonly maxEventLineBytes: number;
  /** The return value of a mission. 0: no limit. Default 768 KiB. */
  readonly maxReturnValueBytes: number;
  /** The message of a failed mission. 0: no limit. Default 64 KiB. */
  readonly maxFailMessageBytes: number;
  /** The details of a failed mission. 0: no limit. Default 256 KiB. */
  readonly maxFailDetailsBytes: number;
  /** The body of a dispatch. 0 allows only an empty body. Default 2 MiB. */
  readonly maxDispatchBodyBytes: number;
  /** The `input` of a dispatch. 0 rejects every new dispatch. Default 1 MiB. */
  readonly maxMissionInputBytes: number;
  /** The body of an exec. 0 allows only an empty body. Default 1 MiB. */
  readonly maxExecBodyBytes: number;
  /** The body of an apply and of the other admin calls. 0 allows only an empty body. Default 1 MiB. */
  readonly maxApplyBodyBytes: number;
  /** Nesting depth of arrays and objects in an input, a return value and fail details. 0: 10,000. Default 256. */
  readonly maxJsonDepth: number;
  /** Progress events of one mission waiting to be stored; at least 64 events fit. Default 256 KiB. */
  readonly progressBufferBytes: number;
  /** One output file. 0: no limit. Default 16 GiB. */
  readonly maxOutputFileBytes: number;
  /** One staging upload. 0: no limit. Default 0. */
  readonly maxStagingUploadBytes: number;
  /** All unfinished uploads together. 0: no limit. Default 0. */
  readonly maxIncompleteStagingBytes: number;
  /** The whole data directory. 0: no quota. Default 0. */
  readonly maxDataDirBytes: number;
  /** Progress events per second of one mission. 0: no limit. Default 50. */
  readonly maxProgressRate: number;
  /** Output files of one mission. 0: no limit. Default 32. */
  readonly maxOutputFilesPerMission: number;
  /** Unfinished uploads at the same time. 0: no limit. Default 128. */
  readonly maxIncompleteStagingUploads: number;
  /** Queued missions of one lane. 0: no limit. Default 0. */
  readonly maxQueuePerLane: number;
  /** Queued missions of all lanes together. 0: no limit. Default 0. */
  readonly maxQueueTotal: number;
  /** Idle time after which an upload is aborted. 0: never. Default 30 s. */
  readonly uploadIdleTimeoutMs: number;
  /** Time between SIGTERM and SIGKILL when a mission is ended. 0: SIGKILL immediately. Default 5 s. */
  readonly defaultKillGraceMs: number;
  /**
   * How long stdout, stderr and fd 3 are read after a mission's process has exited. 0: stdout and stderr are read to
   * their end without a limit, fd 3 is closed immediately. Default 5 s.
   */
  readonly readerPostExitGraceMs: number;
  /** SQLite's `cache_size`: pages, or KiB when negative. 0 means the default. Default -16000. */
  readonly cacheSize: number;
}

/** The limits of an empty file. */
export const LIMIT_DEFAULTS: DugdaleLimits = {
  maxOutputBufferBytes: 16 * MIB,
  maxEventsBufferBytes: MIB,
  maxEventLineBytes: MIB,
  maxReturnValueBytes: 768 * KIB,
  maxFailMessageBytes: 64 * KIB,
  maxFailDetailsBytes: 256 * KIB,
  maxDispatchBodyBytes: 2 * MIB,
  maxMissionInputBytes: MIB,
  maxExecBodyBytes: MIB,
  maxApplyBodyBytes: MIB,
  maxJsonDepth: 256,
  progressBufferBytes: 256 * KIB,
  maxOutputFileBytes: 16 * 1024 * MIB,
  maxStagingUploadBytes: 0,
  maxIncompleteStagingBytes: 0,
  maxDataDirBytes: 0,
  maxProgressRate: 50,
  maxOutputFilesPerMission: 32,
  maxIncompleteStagingUploads: 128,
  maxQueuePerLane: 0,
  maxQueueTotal: 0,
  uploadIdleTimeoutMs: 30_000,
  defaultKillGraceMs: 5_000,
  readerPostExitGraceMs: 5_000,
  cacheSize: -16_000,
};
