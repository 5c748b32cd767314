/**
 * Schema of dugdale.yaml, for the reader and for editors.
 *
 * @module
 */
import { LANE_NAME, LOG_OUTPUT_NAME, TOKEN_NAME } from "../../protocol/names.ts";
import { SCOPES } from "../../protocol/whoami.ts";
import { type Fields, list, mapOf, named, object } from "../yaml/collections.ts";
import { byteSize, duration, moment } from "../yaml/quantities.ts";
import { choice, filledText, flag, integer, text } from "../yaml/scalars.ts";
import type { Decoder } from "../yaml/decoder.ts";
import { DUGDALE_DEFAULTS } from "./defaults.ts";
import { hooksShape } from "./hooks.ts";
import { sinksShape } from "./sinks.ts";
import type { DugdaleLimits } from "./limits.ts";
import { limitFields } from "./limits_shape.ts";
import { LOG_FORMATS, LOG_LEVELS, LOG_OUTPUT_TYPES } from "./log_words.ts";
import { RULE_ORDER } from "../yaml/rule_order.ts";
import type {
  DugdaleAudit,
  DugdaleCleanup,
  DugdaleExec,
  DugdaleLog,
  DugdaleLogOutput,
  DugdaleMissionEnv,
  DugdaleNamedToken,
  DugdaleNetwork,
  DugdaleSettings,
  DugdaleTokens,
  DugdaleUi,
} from "./config.ts";

const { audit: AUDIT, ui: UI, network: NETWORK, log: LOG, cleanup: CLEANUP, exec: EXEC } = DUGDALE_DEFAULTS;

const network: Fields<DugdaleNetwork> = {
  behindTlsProxy: named("behind_tls_proxy", flag("A proxy in front does TLS", { default: false })),
  insecurePlainHttp: named("insecure_plain_http", flag("Accept tokens over plain HTTP", { default: false })),
  trustedProxies: named("trusted_proxies", list("Proxies whose headers are believed", text("CIDR range"))),
  useXForwardedFor: named(
    "use_x_forwarded_for",
    flag("Take callers' addresses from X-Forwarded-For", { default: false }),
  ),
  allowedHosts: named("allowed_hosts", list("Host names that are served; * is any", text("Host name"))),
  maxConnections: named(
    "max_connections",
    integer("Connections at once", { schema: { default: NETWORK.maxConnections } }),
  ),
  maxConnectionsPerAddress: named(
    "max_connections_per_address",
    integer("Connections at once of one address", { schema: { default: NETWORK.maxConnectionsPerAddress } }),
  ),
  idleTimeoutMs: named(
    "idle_timeout",
    duration("Connections without a request are closed after this", NETWORK.idleTimeoutMs),
  ),
  headerTimeoutMs: named(
    "header_timeout",
    duration("The head of a request must have come after this", NETWORK.headerTimeoutMs),
  ),
  openMetrics: named(
    "open_metrics",
    flag("Let GET /v1/metrics be read without a token", { default: NETWORK.openMetrics }),
  ),
};

const token = text("A token; ${NAME} is replaced by that environment variable");
const tokenFile = filledText(
  "File with further tokens, one a line; ${NAME} is replaced by that environment variable",
);

const tokens = (who: string): Decoder<Partial<DugdaleTokens>> =>
  object<DugdaleTokens>(who, {
    tokens: list("Any of them is accepted", token),
    tokenFile: named("token_file", tokenFile),
  });

const namedTokens: Decoder<readonly DugdaleNamedToken[]> = list(
  "Tokens with names and limits",
  namedToken(object<WrittenToken>("A token", {
    name: text("Stands in the log and in the audit record", { pattern: TOKEN_NAME.pattern }),
    token: filledText("The token; ${NAME} is replaced by that environment variable"),
    tokenFile: named(
      "token_file",
      filledText("File that holds the token; ${NAME} is replaced by that environment variable"),
    ),
    scopes: list("What it may do", choice("A scope", SCOPES, RULE_ORDER.tokens)),
    lanes: list("The only lanes that it may see and use", text("Name", { pattern: LANE_NAME.pattern })),
    missions: list(
      "The only missions that it may see and dispatch",
      text("Name; * at its end stands for the rest"),
    ),
    expiresMs: named("expires", moment("From then on it is refused", RULE_ORDER.tokens)),
    readOnly: named("read_only", flag("It may only read", { default: false })),
  }, ["name", "scopes"])),
);

const logOutput = filledIn<DugdaleLogOutput>(
  { name: "", type: "stderr", path: "", maxBytes: 0, keep: 5, priority: false },
  object("An output of the log", {
    name: text("Stands in errors", { pattern: LOG_OUTPUT_NAME.pattern }),
    type: choice("Where it writes to", LOG_OUTPUT_TYPES, RULE_ORDER.log),
    path: filledText("The file, for the type file"),
    level: choice("Least level that is written; default that of the log", LOG_LEVELS, RULE_ORDER.log),
    format: choice("Form of a record; default that of the log", LOG_FORMATS, RULE_ORDER.log),
    maxBytes: named("max_size", byteSize("A larger file is renamed; 0 is never", 0)),
    keep: integer("How many renamed files are kept", { schema: { default: 5, minimum: 0 } }),
    priority: flag("Begin each line with <N>, which journald and syslog read", { default: false }),
  }, ["name", "type"]),
);

const log: Fields<DugdaleLog> = {
  level: choice("Least level that is written", LOG_LEVELS, RULE_ORDER.log, { default: LOG.level }),
  format: choice("Form of a record", LOG_FORMATS, RULE_ORDER.log, { default: LOG.format }),
  output: filledText("stderr, stdout, or a file that is appended to", { default: LOG.output }),
  outputs: list("Several outputs, instead of output", logOutput),
  events: mapOf("Levels of events by their names", choice("Level", [...LOG_LEVELS, "off"], RULE_ORDER.log)),
};

const audit: Fields<DugdaleAudit> = {
  enabled: flag("Record admin actions and refused requests", { default: AUDIT.enabled }),
  dispatches: flag("Record dispatches too", { default: AUDIT.dispatches }),
  file: filledText("File to which each record is appended as a line of JSON"),
};

const ui: Fields<DugdaleUi> = {
  enabled: flag("Serve the web UI of this dugdale", { default: UI.enabled }),
  listen: text("host:port of the web UI", { minLength: 1, default: UI.listen }),
};

const cleanup: Fields<DugdaleCleanup> = {
  successTtlMs: named("success_ttl", duration("How long successes are kept", CLEANUP.successTtlMs)),
  failedTtlMs: named("failed_ttl", duration("How long other endings are kept", CLEANUP.failedTtlMs)),
  stagingTtlMs: named(
    "staging_ttl",
    duration("How long unused staging files are kept", CLEANUP.stagingTtlMs),
  ),
  downloadedGraceMs: named(
    "downloaded_grace",
    duration("How long outputs are kept after a download", CLEANUP.downloadedGraceMs),
  ),
  lostCleanupGraceMs: named(
    "lost_cleanup_grace",
    duration("How long the rest of lost missions is kept", CLEANUP.lostCleanupGraceMs),
  ),
  auditTtlMs: named("audit_ttl", duration("How long records of the audit are kept", CLEANUP.auditTtlMs)),
  sweepIntervalMs: named(
    "sweep_interval",
    duration("From sweep to sweep; 0 is 1m", CLEANUP.sweepIntervalMs),
  ),
};

const exec: Fields<DugdaleExec> = {
  enabled: flag("Take whole commands", { default: EXEC.enabled }),
  tokens: list("Tokens that may send commands", token),
  tokenFile: named("token_file", tokenFile),
  allowShell: named("allow_shell", flag("Let the command be a shell", { default: EXEC.allowShell })),
  maxScriptBytes: named("max_script_size", byteSize("Script of an exec; 0 is no cap", EXEC.maxScriptBytes)),
  maxInputsPerExec: named(
    "max_inputs_per_exec",
    integer("Inputs of an exec; 0 is no cap", { schema: { default: EXEC.maxInputsPerExec } }),
  ),
  maxOutputsPerExec: named(
    "max_outputs_per_exec",
    integer("Outputs of an exec; 0 is no cap", { schema: { default: EXEC.maxOutputsPerExec } }),
  ),
  execSuccessTtlMs: named("exec_success_ttl", duration("How long successes are kept", EXEC.execSuccessTtlMs)),
  execFailedTtlMs: named(
    "exec_failed_ttl",
    duration("How long other endings are kept", EXEC.execFailedTtlMs),
  ),
};

const missionEnv: Fields<DugdaleMissionEnv> = {
  inherit: list("Variables of the dugdale that missions see", text("Name", { not: { pattern: "^LETTS_" } })),
  set: mapOf(
    "Further variables of missions",
    text("Value; ${NAME} is replaced when a mission starts"),
    "^(?!LETTS_)",
  ),
};

/** A named token as it is written: one, or a file with one. */
interface WrittenToken extends Omit<DugdaleNamedToken, "tokens"> {
  readonly token: string;
}

/** A mapping whose properties have these values when they are not written. */
function filledIn<Group extends object>(empty: Group, written: Decoder<Partial<Group>>): Decoder<Group> {
  return {
    schema: written.schema,
    decode: (value) => ({ ...empty, ...written.decode(value) }),
  };
}

/** What is left out becomes what no rule accepts. */
function namedToken(written: Decoder<Partial<WrittenToken>>): Decoder<DugdaleNamedToken> {
  return {
    schema: written.schema,
    decode(value) {
      const { token, ...said } = written.decode(value) ?? {};
      const tokens = token === undefined ? [] : [token];
      return { name: "", scopes: [], tokenFile: "", readOnly: false, ...said, tokens };
    },
  };
}

/** The whole of dugdale.yaml. */
export const dugdaleShape: Decoder<Partial<DugdaleSettings>> = object<DugdaleSettings>(
  "dugdale.yaml: where a dugdale listens, whom it lets in and what it takes",
  {
    listen: text("host:port; :port is every interface", { minLength: 1 }),
    dataDir: named("data_dir", text("Absolute directory of the database and all files", { minLength: 1 })),
    network: object("Proxies and connections", network),
    auth: tokens("Tokens that may dispatch"),
    admin: tokens("Tokens that may do everything"),
    tokens: namedTokens,
    log: object("Where the log goes", log),
    audit: object("The record of who did what", audit),
    cleanup: object("How long things are kept", cleanup),
    exec: object("Commands that are sent whole", exec),
    missionEnv: named("mission_env", object("Environment of missions", missionEnv)),
    limits: object<DugdaleLimits>("Caps and waits", limitFields),
    hooks: hooksShape,
    sinks: sinksShape,
    ui: object("The web UI", ui),
  },
  ["listen", "data_dir"],
);
