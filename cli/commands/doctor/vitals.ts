/**
 * Checks of the clock, the version and the disk of a dugdale.
 *
 * @module
 */
import type { Metrics } from "../../../client/types.ts";
import { humanBytes, humanDuration } from "../../output/human.ts";

/** The result of a check. */
export type Verdict = "ok" | "warn" | "fail";

/** A finding, with advice. */
export interface Finding {
  readonly verdict: Verdict;
  readonly message: string;
  readonly fix?: string;
}

/** The clock of a response has whole seconds, so differences below two seconds are ignored. */
const SKEW_MAX_MS = 5000;
/** With less free space, a dugdale is about to stop. */
const FREE_LEAST = 0.05;

/** Compares the clocks. @param nowMs Local time when the response arrived. */
export function clockFinding({ timeMs }: Metrics, nowMs: number): readonly Finding[] {
  if (timeMs === undefined) return [];
  const aheadMs = timeMs - nowMs;
  if (Math.abs(aheadMs) < SKEW_MAX_MS) return [{ verdict: "ok", message: "the clocks agree" }];
  const how = `${humanDuration(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead" : "behind"}`;
  return [{
    verdict: "warn",
    message: `its clock is ${how}, so that --since and ages are wrong`,
    fix: "let both machines set their clocks by NTP",
  }];
}

/** Compares the versions; unversioned builds are skipped. */
export function versionFinding(theirs: string, ours: string): readonly Finding[] {
  const [a, b] = [release(theirs), release(ours)];
  if (a === undefined || b === undefined || a === b) return [];
  return [{
    verdict: "warn",
    message: `it is version ${theirs}, this letts is ${ours}`,
    fix: "bring both to the same version",
  }];
}

/** Versions with the same major and minor number are compatible. */
function release(version: string): string | undefined {
  return /^v?(\d+\.\d+)\./.exec(version)?.[1];
}

/** Checks the free disk space, if the metrics contain it. */
export function diskFinding({ text }: Metrics): readonly Finding[] {
  const [free, size] = ["free", "size"].map((kind) => {
    const value = new RegExp(`^letts_disk_bytes\\{kind="${kind}"\\} (\\S+)$`, "m").exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  });
  if (free === undefined || size === undefined || size <= 0) return [];
  const message = `${humanBytes(free)} of ${humanBytes(size)} are free on its disk`;
  if (free >= FREE_LEAST * size) return [{ verdict: "ok", message }];
  return [{
    verdict: "warn",
    message,
    fix: "make room, or shorten retention in dugdale.yaml: see docs/operating.md",
  }];
}
