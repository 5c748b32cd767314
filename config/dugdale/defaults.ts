/**
 * The defaults of dugdale.yaml.
 *
 * @module
 */
import { LIMIT_DEFAULTS } from "./limits.ts";
import type { DugdaleConfig } from "./config.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The cleanup interval that replaces 0. */
export const SWEEP_INTERVAL_OF_0_MS: number = MINUTE_MS;

/** The configuration of an empty file. */
export const DUGDALE_DEFAULTS: Omit<DugdaleConfig, "listen" | "dataDir"> = {
  network: {
    behindTlsProxy: false,
    insecurePlainHttp: false,
    trustedProxies: [],
    useXForwardedFor: false,
    allowedHosts: [],
    maxConnections: 10_000,
    maxConnectionsPerAddress: 8_000,
    idleTimeoutMs: 120_000,
    headerTimeoutMs: 10_000,
    openMetrics: true,
  },
  auth: { tokens: [], tokenFile: "" },
  admin: { tokens: [], tokenFile: "" },
  tokens: [],
  log: { level: "info", format: "json", output: "stderr", outputs: [], events: {} },
  audit: { enabled: false, dispatches: true, file: "" },
  ui: { enabled: false, listen: "127.0.0.1:7190" },
  cleanup: {
    successTtlMs: DAY_MS,
    failedTtlMs: 7 * DAY_MS,
    stagingTtlMs: HOUR_MS,
    downloadedGraceMs: HOUR_MS,
    lostCleanupGraceMs: 10 * MINUTE_MS,
    auditTtlMs: 90 * DAY_MS,
    sweepIntervalMs: 5 * MINUTE_MS,
  },
  exec: {
    enabled: false,
    tokens: [],
    tokenFile: "",
    allowShell: false,
    maxScriptBytes: 256 * 1024,
    maxInputsPerExec: 32,
    maxOutputsPerExec: 32,
    execSuccessTtlMs: HOUR_MS,
    execFailedTtlMs: DAY_MS,
  },
  missionEnv: { inherit: [], set: {} },
  limits: LIMIT_DEFAULTS,
  hooks: {},
  sinks: {},
};
