import { quote } from "../../protocol/clip.ts";
import { parseMissionId } from "../../protocol/names.ts";
import type { StagingQuery } from "../../protocol/staging.ts";
import { ProblemError } from "../problem_error.ts";
import type { ReferredFile, RefPosition, StagingRefs } from "../store/staging_refs.ts";
import { jsonText } from "./answer.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { pageLimit } from "./query.ts";

/** The largest 64-bit integer, which means "no end": it has to be written with all its digits. */
const NEVER = "9223372036854775807";

/** Answers `GET /v1/staging`: the files of a mission, page by page. @throws {ProblemError} `bad_request` */
export function listStaging(query: StagingQuery, refs: Pick<StagingRefs, "list">): Response {
  const { mission_id, ref_kind = "", cursor = "" } = query;
  const limit = pageLimit(query);
  const files = refs.list(parseMissionId(mission_id), ref_kind, parseCursor(cursor), limit + 1);
  const page = files.slice(0, limit);
  const last = page.at(-1);
  const next = files.length > limit && last ? `,"next_cursor":${JSON.stringify(cursorAfter(last))}` : "";
  return jsonText(`{"staging":[${page.map(itemText).join(",")}]${next}}`);
}

function itemText({ time_expires, downloaded_at: _, owner: _owner, ...item }: ReferredFile): string {
  return `${JSON.stringify(item).slice(0, -1)},"time_expires":${time_expires ?? NEVER}}`;
}

function cursorAfter({ time_created, staging_id, ref_kind, role }: ReferredFile): string {
  return encodeCursor({ time_created, staging_id, ref_kind, role } satisfies RefPosition);
}

function parseCursor(text: string): RefPosition | undefined {
  if (text === "") return undefined;
  try {
    const position = decodeCursor(text);
    if (isPosition(position)) {
      return { ...position, ref_kind: position.ref_kind ?? "", role: position.role ?? "" };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new ProblemError(
    "bad_request",
    `cursor must be a next_cursor of an earlier page, not ${quote(text)}`,
  );
}

type Position = Pick<RefPosition, "time_created" | "staging_id"> & Partial<RefPosition>;

function isPosition(value: unknown): value is Position {
  if (typeof value !== "object" || value === null) return false;
  const { time_created, staging_id, ref_kind = "", role = "" } = value as Record<string, unknown>;
  return Number.isSafeInteger(time_created) &&
    [staging_id, ref_kind, role].every((text) => typeof text === "string");
}
