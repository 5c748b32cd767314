import { createHash } from "node:crypto";
import type { JsonValue } from "../../protocol/json_value.ts";
import type { StagingRow } from "../store/staging_row.ts";

/** The part of a file that is included in the fingerprint. */
export interface FingerprintFile {
  readonly role: string;
  readonly staging_id: string;
  readonly sha256: string;
  readonly size: number;
}

/** The part of a staging file that is included in a fingerprint. */
export function fileIdentity(role: string, row: StagingRow | undefined): FingerprintFile {
  if (row === undefined) throw new TypeError(`no row of the file "${role}"`);
  const { staging_id, sha256, size } = row;
  return { role, staging_id, sha256, size };
}

/** The parts of a dispatch that identify it. */
export interface MissionIdentity {
  readonly lane: string;
  readonly mission: string;
  /** Canonical JSON. */
  readonly input: string;
  readonly timeoutMs: number | null;
  readonly files: readonly FingerprintFile[];
  /** Additions given in the dispatch, by wire name in canonical order. Default none. */
  readonly additions?: Readonly<Record<string, JsonValue>> | undefined;
}

/** The parts of an exec that identify it. */
export interface ExecIdentity {
  readonly lane: string;
  readonly command: readonly string[];
  readonly stdin: "none" | "single" | "broadcast";
  readonly stdinStagingId: string | null;
  readonly script: { readonly staging_id: string; readonly sha256: string } | null;
  readonly timeoutMs: number | null;
  readonly in: readonly FingerprintFile[];
  readonly out: readonly string[];
}

/** Lower-case hex of the SHA-256 of a string. */
export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The digest that a repeated dispatch must match. Keys are written in canonical order. */
export function missionFingerprint(identity: MissionIdentity): string {
  const { additions = {} } = identity;
  return sha256(JSON.stringify({
    // Without additions the digest is that of older versions.
    ...(Object.keys(additions).length === 0 ? {} : { additions }),
    files: [...identity.files].sort((a, b) => compare(a.role, b.role)).map((file) => ({
      role: file.role,
      sha256: file.sha256,
      size: file.size,
      staging_id: file.staging_id,
    })),
    input_sha256: sha256(identity.input),
    kind: "mission",
    lane: identity.lane,
    mission: identity.mission,
    timeout_ms: identity.timeoutMs,
  }));
}

/** The digest that a repeated exec must match. Group and display name are not included. */
export function execFingerprint(identity: ExecIdentity): string {
  return sha256(JSON.stringify({
    command: identity.command,
    in: [...identity.in].sort((a, b) => compare(a.role, b.role)).map((file) => ({
      key: file.role,
      sha256: file.sha256,
      size: file.size,
      staging_id: file.staging_id,
    })),
    kind: "exec",
    lane: identity.lane,
    out: [...identity.out].sort(compare).map((key) => ({ key })),
    script: identity.script && { sha256: identity.script.sha256, staging_id: identity.script.staging_id },
    stdin: identity.stdin,
    stdin_staging_id: identity.stdinStagingId,
    timeout_ms: identity.timeoutMs,
  }));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
