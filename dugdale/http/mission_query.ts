import { quote } from "../../protocol/clip.ts";
import type { CaptureName } from "../host/data_dir.ts";
import { ProblemError } from "../problem_error.ts";

/** The last event that was seen; 0 for none. @throws {ProblemError} `invalid_from` */
export function readFrom(text: string | null): number {
  if (text === null || text === "") return 0;
  if (/^[+-]?\d{1,19}$/.test(text)) return Math.max(0, Number(text));
  throw new ProblemError(
    "invalid_from",
    `from must be a whole number, not ${quote(text)}`,
  );
}

/** The stream of output that is asked for. @throws {ProblemError} `bad_request` */
export function readStream(name: string | null): CaptureName {
  if (name === "stdout" || name === "stderr" || name === "combined") return name;
  throw new ProblemError(
    "bad_request",
    `stream must be stdout, stderr or combined, not ${quote(name ?? "")}`,
  );
}
