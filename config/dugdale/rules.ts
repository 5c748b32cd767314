/**
 * Rules of a dugdale's configuration beyond its shape.
 *
 * @module
 */
import { quote } from "../../protocol/clip.ts";
import { LANE_NAME, LOG_OUTPUT_NAME, MISSION_NAME, TOKEN_NAME } from "../../protocol/names.ts";
import type { DugdaleConfig, DugdaleTokens } from "./config.ts";
import { hookProblems } from "./hooks.ts";
import { sinkProblems } from "./sinks.ts";
import { isLoopback } from "./listen_host.ts";
import { Places } from "../yaml/places.ts";
import { type Problem, throwFirst } from "../yaml/problem.ts";
import { RULE_ORDER } from "../yaml/rule_order.ts";

/** Size of an event in addition to its value. */
const ENVELOPE_BYTES = 65_536;

/** Finds all violated rules; the problems contain the order in which to report them. */
export function* dugdaleProblems(config: DugdaleConfig): Generator<Problem> {
  if (config.listen === "") {
    yield { order: RULE_ORDER.listen, key: "listen", problem: "must not be missing or empty" };
  }
  if (config.dataDir === "") {
    yield { order: RULE_ORDER.dataDir, key: "data_dir", problem: "must not be missing or empty" };
  }
  yield* networkProblems(config);
  yield* tlsProblems(config);
  yield* uiProblems(config);
  for (const name of Object.keys(config.missionEnv.set)) {
    yield* reservedNameProblems(name, `mission_env.set[${JSON.stringify(name)}]`);
  }
  for (const [index, name] of config.missionEnv.inherit.entries()) {
    yield* reservedNameProblems(name, `mission_env.inherit[${index}]`);
  }
  yield* tokenProblems(config);
  yield* logProblems(config);
  const { exec, admin, tokens } = config;
  const isTaken = hasTokens(exec) || hasTokens(admin) ||
    tokens.some(({ scopes }) => scopes.includes("exec") || scopes.includes("admin"));
  if (exec.enabled && !isTaken) {
    const problem =
      "needs exec.tokens or admin.tokens, or tokens of such scopes: without a token no command can be sent";
    yield { order: RULE_ORDER.exec, key: "exec.enabled", problem };
  }
  if (config.audit.file !== "" && !config.audit.enabled) {
    yield { order: RULE_ORDER.audit, key: "audit.file", problem: "needs audit.enabled: true" };
  }
  yield* headroomProblems(config);
  yield* hookProblems(config.hooks);
  yield* sinkProblems(config.sinks, config.hooks);
}

/**
 * Checks all rules of a configuration in memory.
 *
 * @throws {ConfigError} For the first violated rule.
 */
export function checkDugdaleConfig(config: DugdaleConfig): void {
  throwFirst(dugdaleProblems(config), new Places());
}

function* networkProblems({ network }: DugdaleConfig): Generator<Problem> {
  for (
    const [key, value] of [
      ["max_connections", network.maxConnections],
      ["max_connections_per_address", network.maxConnectionsPerAddress],
      ["idle_timeout", network.idleTimeoutMs],
      ["header_timeout", network.headerTimeoutMs],
    ] as const
  ) {
    if (value < 1) yield { order: RULE_ORDER.network, key: `network.${key}`, problem: "must be more than 0" };
  }
}

/** Tokens must not cross a network in plain text unless the configuration allows it. */
function* tlsProblems({ listen, network, auth, admin, exec, tokens }: DugdaleConfig): Generator<Problem> {
  if (network.behindTlsProxy || network.insecurePlainHttp || isLoopback(listen)) return;
  const groups = [
    ...(hasTokens(auth) ? ["auth"] : []),
    ...(hasTokens(admin) ? ["admin"] : []),
    ...(exec.enabled && hasTokens(exec) ? ["exec"] : []),
    ...(tokens.length > 0 ? ["tokens"] : []),
  ];
  if (groups.length === 0) return;
  yield {
    order: RULE_ORDER.tls,
    key: "listen",
    problem:
      `${JSON.stringify(listen)} is not loopback, so tokens (${groups.join(", ")}) would travel in the ` +
      "clear; set network.behind_tls_proxy or network.insecure_plain_http",
  };
}

/** The UI asks people for tokens, so that the same holds for it. */
function* uiProblems({ ui, network }: DugdaleConfig): Generator<Problem> {
  if (!ui.enabled || network.behindTlsProxy || network.insecurePlainHttp || isLoopback(ui.listen)) return;
  yield {
    order: RULE_ORDER.tls,
    key: "ui.listen",
    problem: `${JSON.stringify(ui.listen)} is not loopback, so tokens would travel in the clear; set ` +
      "network.behind_tls_proxy or network.insecure_plain_http",
  };
}

function* logProblems({ log: { outputs } }: DugdaleConfig): Generator<Problem> {
  const names = new Map<string, number>();
  for (const [index, { name, type, path, maxBytes, keep }] of outputs.entries()) {
    const at = (key: string, problem: string): Problem => ({
      order: RULE_ORDER.log,
      key: `log.outputs[${index}].${key}`,
      problem,
    });
    if (name === "") yield at("name", "must not be missing or empty");
    else if (!LOG_OUTPUT_NAME.is(name)) {
      yield at("name", `must be ${LOG_OUTPUT_NAME.words}, not ${quote(name)}`);
    }
    const first = names.get(name);
    if (first !== undefined) yield at("name", `is the name of log.outputs[${first}] too`);
    names.set(name, index);
    if (type === "file" && path === "") yield at("path", "must not be missing for the type file");
    if (type !== "file" && path !== "") yield at("path", `does not go with the type ${type}`);
    if (type !== "file" && maxBytes > 0) yield at("max_size", `does not go with the type ${type}`);
    if (keep < 0) yield at("keep", "must not be negative");
  }
}

/** What the log and the audit record call tokens without a name. */
const TAKEN_NAMES: readonly string[] = ["admin-token", "dispatch-token", "exec-token", "anonymous"];

function* tokenProblems({ tokens }: DugdaleConfig): Generator<Problem> {
  const names = new Map<string, number>();
  for (const [index, token] of tokens.entries()) {
    const { name, scopes, lanes, missions } = token;
    const at = (key: string, problem: string): Problem => ({
      order: RULE_ORDER.tokens,
      key: `tokens[${index}]${key}`,
      problem,
    });
    if (name === "") yield at(".name", "must not be missing or empty");
    else if (!TOKEN_NAME.is(name)) yield at(".name", `must be ${TOKEN_NAME.words}, not ${quote(name)}`);
    if (TAKEN_NAMES.includes(name)) {
      yield at(".name", `must not be ${quote(name)}, a name of tokens without one`);
    }
    const first = names.get(name);
    if (first !== undefined) yield at(".name", `is the name of tokens[${first}] too`);
    names.set(name, index);
    if (!hasTokens(token)) yield at("", "needs token or token_file");
    if (scopes.length === 0) yield at(".scopes", "must name at least one of dispatch, exec, admin");
    if (lanes?.length === 0) yield at(".lanes", "must name at least one lane; left out it means all");
    for (const lane of lanes ?? []) {
      if (!LANE_NAME.is(lane)) yield at(".lanes", LANE_NAME.refusal(lane));
    }
    if (missions?.length === 0) {
      yield at(".missions", "must name at least one mission; left out it means all");
    }
    for (const mission of missions ?? []) {
      if (!isMissionPattern(mission)) yield at(".missions", `${MISSION_NAME.refusal(mission)}, or end in *`);
    }
    if (missions !== undefined && scopes.includes("exec")) {
      yield at(".missions", "does not go with the scope exec: commands have no mission name");
    }
  }
}

/** A name, or the beginning of one with `*` after it. */
function isMissionPattern(text: string): boolean {
  return text === "*" || MISSION_NAME.is(text.replace(/\*$/, ""));
}

function hasTokens({ tokens, tokenFile }: DugdaleTokens): boolean {
  return tokens.length > 0 || tokenFile !== "";
}

function* reservedNameProblems(name: string, key: string): Generator<Problem> {
  if (!name.startsWith("LETTS_")) return;
  const problem = `must not start with LETTS_, as ${JSON.stringify(name)} does`;
  yield { order: RULE_ORDER.missionEnv, key, problem };
}

function* headroomProblems({ limits }: DugdaleConfig): Generator<Problem> {
  const line = limits.maxEventLineBytes;
  if (line <= 0) return;
  const parts = [
    ["max_return_value_size", "max_return_value_size", limits.maxReturnValueBytes],
    [
      "max_fail_message_size",
      "max_fail_message_size + max_fail_details_size",
      limits.maxFailMessageBytes + limits.maxFailDetailsBytes,
    ],
  ] as const;
  for (const [key, sum, bytes] of parts) {
    if (bytes + ENVELOPE_BYTES <= line) continue;
    const problem = `${sum} + ${ENVELOPE_BYTES} is ${bytes + ENVELOPE_BYTES}, ` +
      `which must not be more than max_event_line_size (${line})`;
    yield { order: RULE_ORDER.headroom, key: `limits.${key}`, problem };
  }
}
