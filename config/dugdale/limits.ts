/**
 * `limits` of dugdale.yaml: how much of everything a dugdale takes.
 *
 * @module
 */

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * What one dugdale holds, accepts and waits for. Sizes are bytes, durations milliseconds. Counts below zero mean
 * the same as 0.
 */
export interface DugdaleLimits {
  /** Captured stdout and stderr of one mission, together. 0 captures nothing. Default 16 MiB. */
  readonly maxOutputBufferBytes: number;
  /** All events of one mission. 0: no cap. Default 1 MiB. */
  readonly maxEventsBufferBytes: number;
  /** One line that a mission writes to fd 3. 0: no cap, and the headroom rule is off. Default 1 MiB. */
  readonly maxEventLineBytes: number;
  /** The value that a mission returns. 0: no cap. Default 768 KiB. */
  readonly maxReturnValueBytes: number;
  /** The message of a failed mission. 0: no cap. Default 64 KiB. */
  readonly maxFailMessageBytes: number;
  /** The details of a failed mission. 0: no cap. Default 256 KiB. */
  readonly maxFailDetailsBytes: number;
  /** The body of a dispatch. 0 lets only an empty body in. Default 2 MiB. */
  readonly maxDispatchBodyBytes: number;
  /** The `input` of a dispatch. 0 refuses every new dispatch. Default 1 MiB. */
  readonly maxMissionInputBytes: number;
  /** The body of an exec. 0 lets only an empty body in. Default 1 MiB. */
  readonly maxExecBodyBytes: number;
  /** The body of an apply and of the other admin calls. 0 lets only an empty body in. Default 1 MiB. */
  readonly maxApplyBodyBytes: number;
  /** Arrays and objects within each other, in an input, a returned value and fail details. 0: 10,000. Default 256. */
  readonly maxJsonDepth: number;
  /** Progress events of one mission that wait to be stored; at least 64 events fit. Default 256 KiB. */
  readonly progressBufferBytes: number;
  /** One output file. 0: no cap. Default 16 GiB. */
  readonly maxOutputFileBytes: number;
  /** One staging upload. 0: no cap. Default 0. */
  readonly maxStagingUploadBytes: number;
  /** All unfinished uploads together. 0: no cap. Default 0. */
  readonly maxIncompleteStagingBytes: number;
  /** The whole data directory. 0: no quota. Default 0. */
  readonly maxDataDirBytes: number;
  /** Progress events a second of one mission. 0: no cap. Default 50. */
  readonly maxProgressRate: number;
  /** Output files of one mission. 0: no cap. Default 32. */
  readonly maxOutputFilesPerMission: number;
  /** Unfinished uploads at the same time. 0: no cap. Default 128. */
  readonly maxIncompleteStagingUploads: number;
  /** Queued missions of one lane. 0: no limit. Default 0. */
  readonly maxQueuePerLane: number;
  /** Queued missions of all lanes together. 0: no limit. Default 0. */
  readonly maxQueueTotal: number;
  /** An upload without a byte for so long is given up. 0 turns that off. Default 30 s. */
  readonly uploadIdleTimeoutMs: number;
  /** From SIGTERM to SIGKILL when a mission is ended. 0: SIGKILL at once. Default 5 s. */
  readonly defaultKillGraceMs: number;
  /**
   * How long stdout, stderr and fd 3 are still read after a mission's process has gone. 0: stdout and stderr
   * are read to their end without a bound, fd 3 is closed at once. Default 5 s.
   */
  readonly readerPostExitGraceMs: number;
  /** SQLite's `cache_size`: pages, or KiB when negative. 0 means the default. Default -16000. */
  readonly cacheSize: number;
}

/** The limits of a file that sets none. */
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
