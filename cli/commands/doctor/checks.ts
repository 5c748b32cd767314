/**
 * The checks of dugdales.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import { AuthError, HttpError } from "../../../client/errors.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import { ConfigError } from "../../../config/config_error.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { VERSION } from "../../../dugdale/version.ts";
import type { DugdaleReply, StateWarning } from "../../../protocol/lane.ts";
import type { Scope } from "../../../protocol/routes.ts";
import { shortText } from "../../output/error_text.ts";
import { humanDuration, humanTime } from "../../output/human.ts";
import { difference } from "../apply/difference.ts";
import { errorFix } from "./error_fix.ts";
import { clockFinding, diskFinding, type Finding, type Verdict, versionFinding } from "./vitals.ts";

/** One finding. */
export interface Check extends Finding {
  /** Id of a dugdale, or `letts.yaml`. */
  readonly subject: string;
}

/** The keys of letts.yaml and of dugdale.yaml for the tokens of a scope. */
const TOKENS: Readonly<Record<Scope, readonly [ours: string, theirs: string]>> = {
  dispatch: ["token", "auth.tokens"],
  admin: ["admin_token", "admin.tokens"],
  exec: ["exec_token", "exec.tokens"],
};
const SCOPES: readonly Scope[] = ["dispatch", "admin", "exec"];

/** Checks one dugdale: its tokens, connection and health, and whether it matches letts.yaml. */
export async function checkDugdale(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Check[]> {
  const findings: Finding[] = [];
  for await (const finding of findingsOf(client, dugdale)) findings.push(finding);
  return findings.map((finding) => ({ subject: dugdale.id, ...finding }));
}

async function* findingsOf(client: LettsClient, dugdale: DugdaleEntry): AsyncGenerator<Finding, void, void> {
  const usable: Scope[] = [];
  for (const scope of SCOPES) {
    const fault = tokenFault(client, dugdale, scope);
    if (fault === undefined) usable.push(scope);
    else if (fault !== "missing") yield fault;
  }
  if (usable.length === 0) {
    return yield { verdict: "fail", message: "no token can be used", fix: "add its tokens to letts.yaml" };
  }
  try {
    const accepted: Scope[] = [];
    for (const scope of usable) {
      const startedMs = performance.now();
      const reply = await askedWith(client, dugdale, scope);
      if ("verdict" in reply) {
        yield reply;
        continue;
      }
      if (accepted.length === 0) yield* replyFindings(reply, performance.now() - startedMs);
      accepted.push(scope);
    }
    if (accepted.length === 0) return;
    yield { verdict: "ok", message: `takes the tokens of ${accepted.join(", ")}` };
    yield* await readinessFindings(client, dugdale);
    yield* await vitalFindings(client, dugdale);
    if (accepted.includes("admin")) yield* await stateFindings(client, dugdale);
  } catch (error) {
    if (!(error instanceof LettsError)) throw error;
    yield failed("fail", shortText(error, client.config), error);
  }
}

function failed(verdict: Verdict, message: string, error: LettsError): Finding {
  const fix = errorFix(error);
  return { verdict, message, ...(fix === undefined ? {} : { fix }) };
}

/** A token may be missing; an unset variable is an error. */
function tokenFault(
  client: LettsClient,
  dugdale: DugdaleEntry,
  scope: Scope,
): Finding | "missing" | undefined {
  try {
    client.config.token(dugdale, scope);
    return undefined;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (error.code !== "missing_variable") return "missing";
    return {
      verdict: "fail",
      message: `${scope} token: ${error.message}`,
      fix: "set the variable in the environment of letts",
    };
  }
}

async function askedWith(
  client: LettsClient,
  dugdale: DugdaleEntry,
  scope: Scope,
): Promise<DugdaleReply | Finding> {
  try {
    return await client.info(dugdale.id, { scope });
  } catch (error) {
    if (!(error instanceof AuthError) || error.code === `http_${error.status}`) throw error; // not its own words
    const [ours, theirs] = TOKENS[scope];
    return {
      verdict: "fail",
      message: `refuses the ${scope} token: ${error.status} ${error.code}`,
      fix: `${ours} in letts.yaml must be one of ${theirs} in its dugdale.yaml`,
    };
  }
}

/** Findings from its first response. */
function replyFindings(reply: DugdaleReply, tookMs: number): readonly Finding[] {
  const { version, uptime_seconds: uptime, applied_at: appliedMs } = reply;
  const up = humanDuration(uptime * 1000);
  return [
    { verdict: "ok", message: `answers in ${humanDuration(tookMs)}: version ${version}, up ${up}` },
    ...versionFinding(version, VERSION.version),
    appliedFinding(appliedMs),
  ];
}

function appliedFinding(appliedMs: number | null): Finding {
  if (appliedMs !== null) {
    return { verdict: "ok", message: `configuration applied ${humanTime(appliedMs, Date.now())}` };
  }
  return { verdict: "warn", message: "no configuration was applied yet", fix: "letts apply -f letts.yaml" };
}

/** What each refusal of `GET /v1/readyz` means; that nothing was applied yet is told apart from it. */
const NOT_READY: Readonly<Record<string, Finding | undefined>> = {
  awaiting_apply: undefined,
  awaiting_drain: {
    verdict: "warn",
    message: "it is shutting down: it starts no mission and accepts none",
    fix: "wait until its running missions have ended and it was started again",
  },
  awaiting_manual_repair: {
    verdict: "fail",
    message: "its database is damaged: it accepts no mission",
    fix: "restore or repair it: see docs/operating.md",
  },
  db_error: {
    verdict: "fail",
    message: "its database cannot be written: it accepts no mission",
    fix: "its log says why: journalctl -u letts-dugdale",
  },
};

async function readinessFindings(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Finding[]> {
  try {
    await client.assertReady(dugdale.id);
    return [{ verdict: "ok", message: "accepts missions" }];
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (!Object.hasOwn(NOT_READY, error.code)) {
      return [failed("warn", `GET /v1/readyz: ${shortText(error, client.config)}`, error)];
    }
    const finding = NOT_READY[error.code];
    return finding === undefined ? [] : [finding];
  }
}

/** A proxy may deny the metrics; everything else can be checked without them. */
async function vitalFindings(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Finding[]> {
  try {
    const metrics = await client.metrics(dugdale.id);
    return [...clockFinding(metrics, Date.now()), ...diskFinding(metrics)];
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return [failed("warn", `GET /v1/metrics: ${shortText(error, client.config)}`, error)];
  }
}

async function stateFindings(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Finding[]> {
  const { applied_at: appliedMs, state = {}, warnings = [] } = await client.state(dugdale.id);
  if (appliedMs === null) return [];
  const diff = difference(state, client.config.applyBody(dugdale), { prune: false });
  const { KeptLanes: _kept, ...changes } = diff;
  const paused = Object.entries(state.lanes ?? {}).filter(([, lane]) =>
    lane.paused && lane.paused_by === "ctl"
  );
  return [
    ...Object.values(changes).some((change) => change !== null)
      ? [{
        verdict: "warn" as const,
        message: "differs from letts.yaml",
        fix: "letts apply -f letts.yaml --dry-run shows how",
      }]
      : [],
    ...warnings.map(warningFinding),
    ...paused.map(([name]) => ({
      verdict: "warn" as const,
      message: `lane ${name} was paused by hand`,
      fix: `letts ctl lanes continue ${name} --host ${dugdale.id}`,
    })),
  ];
}

/** What helps against each warning of a dugdale. */
const WARNINGS: Readonly<Record<string, Pick<Finding, "verdict" | "fix">>> = {
  mission_dir_missing: {
    verdict: "fail",
    fix: "put the missions there, or name another folder in letts.yaml",
  },
  mission_dir_writable: {
    verdict: "warn",
    fix: "chmod o-w the folder: programs in it run as the user of the dugdale",
  },
  program_missing: { verdict: "fail", fix: "install it there, or name its path in command_template" },
  deno_missing: {
    verdict: "warn",
    fix: "install Deno there, and let mission_env of dugdale.yaml inherit or set a PATH that has it",
  },
  mission_env: {
    verdict: "fail",
    fix: "set the variable for the dugdale, or change mission_env in dugdale.yaml",
  },
};

function warningFinding({ code, message }: StateWarning): Finding {
  return { message, verdict: "warn", ...WARNINGS[code] };
}
