/**
 * Rules of a dugdale's configuration beyond its shape.
 *
 * @module
 */
import type { DugdaleConfig, DugdaleTokens } from "./config.ts";
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
  for (const name of Object.keys(config.missionEnv.set)) {
    yield* reservedNameProblems(name, `mission_env.set[${JSON.stringify(name)}]`);
  }
  for (const [index, name] of config.missionEnv.inherit.entries()) {
    yield* reservedNameProblems(name, `mission_env.inherit[${index}]`);
  }
  const { exec, admin } = config;
  if (exec.enabled && !hasTokens(exec) && !hasTokens(admin)) {
    const problem = "needs exec.tokens or admin.tokens: without a token no command can be sent";
    yield { order: RULE_ORDER.exec, key: "exec.enabled", problem };
  }
  yield* headroomProblems(config);
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
function* tlsProblems({ listen, network, auth, admin, exec }: DugdaleConfig): Generator<Problem> {
  if (network.behindTlsProxy || network.insecurePlainHttp || isLoopback(listen)) return;
  const groups = [
    ...(hasTokens(auth) ? ["auth"] : []),
    ...(hasTokens(admin) ? ["admin"] : []),
    ...(exec.enabled && hasTokens(exec) ? ["exec"] : []),
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
