/**
 * What can be wrong between here and the dugdales.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import type { DugdaleEntry } from "../../config/dugdale_entry.ts";
import { ConfigError } from "../../config/config_error.ts";
import type { Scope } from "../../protocol/routes.ts";
import { difference } from "../apply/difference.ts";
import { shortText } from "../error_text.ts";
import { humanDuration, humanTime } from "../print/human.ts";

/** How a check went. */
export type Verdict = "ok" | "warn" | "fail";

/** One thing that was looked at. */
export interface Check {
  /** Id of a dugdale, or `letts.yaml`. */
  readonly subject: string;
  readonly verdict: Verdict;
  readonly message: string;
}

const SCOPES: readonly Scope[] = ["dispatch", "admin", "exec"];

/** Looks at one dugdale: its tokens, the way to it, and whether it is what letts.yaml wants. */
export async function checkDugdale(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Check[]> {
  const subject = dugdale.id;
  const tokens = tokenChecks(client, dugdale);
  const usable = SCOPES.filter((scope) => hasToken(client, dugdale, scope));
  if (usable.length === 0) return [...tokens, { subject, verdict: "fail", message: "no token can be used" }];
  try {
    const startedMs = performance.now();
    const { version, uptime_seconds: uptime, applied_at: appliedMs } = await client.info(subject);
    const tookMs = performance.now() - startedMs;
    const message = `answers in ${humanDuration(tookMs)}: version ${version}, up ${
      humanDuration(uptime * 1000)
    }`;
    return [
      ...tokens,
      { subject, verdict: "ok", message },
      ...appliedChecks(subject, appliedMs),
      ...usable.includes("admin") && appliedMs !== null ? await stateChecks(client, dugdale) : [],
    ];
  } catch (error) {
    return [...tokens, { subject, verdict: "fail", message: shortText(error, client.config) }];
  }
}

/** A missing token is a choice; one that cannot be filled in is a fault. */
function tokenChecks(client: LettsClient, dugdale: DugdaleEntry): readonly Check[] {
  return SCOPES.flatMap((scope): readonly Check[] => {
    try {
      client.config.token(dugdale, scope);
      return [];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const missing = error.code === "missing_variable";
      return missing
        ? [{ subject: dugdale.id, verdict: "fail", message: `${scope} token: ${error.message}` }]
        : [];
    }
  });
}

function hasToken(client: LettsClient, dugdale: DugdaleEntry, scope: Scope): boolean {
  try {
    client.config.token(dugdale, scope);
    return true;
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function appliedChecks(subject: string, appliedMs: number | null): readonly Check[] {
  if (appliedMs !== null) {
    return [{ subject, verdict: "ok", message: `configuration applied ${humanTime(appliedMs, Date.now())}` }];
  }
  return [{
    subject,
    verdict: "warn",
    message: "no configuration was applied yet: letts apply -f letts.yaml",
  }];
}

async function stateChecks(client: LettsClient, dugdale: DugdaleEntry): Promise<readonly Check[]> {
  const subject = dugdale.id;
  const { state = {} } = await client.state(subject);
  const diff = difference(state, client.config.applyBody(dugdale), { prune: false });
  const { KeptLanes: _kept, ...changes } = diff;
  const differs = Object.values(changes).some((change) => change !== null);
  const paused = Object.entries(state.lanes ?? {}).filter(([, lane]) =>
    lane.paused && lane.paused_by === "ctl"
  );
  return [
    ...differs
      ? [{
        subject,
        verdict: "warn" as const,
        message: "differs from letts.yaml: letts apply -f letts.yaml --dry-run",
      }]
      : [],
    ...paused.map(([name]) => ({
      subject,
      verdict: "warn" as const,
      message: `lane ${name} was paused by hand`,
    })),
  ];
}
