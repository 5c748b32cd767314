/**
 * Downloads, verified by size and digest.
 *
 * @module
 */
import { createHash, type Hash } from "node:crypto";
import { join } from "node:path";
import { quote } from "../../protocol/clip.ts";
import { isFileRole } from "../../protocol/names.ts";
import type { ByteSource } from "./byte_stream.ts";
import { StagingError } from "../errors.ts";
import type { LettsErrorFacts } from "../../protocol/letts_error.ts";

/** Expected size and digest of a file. */
export interface Expected {
  /** In bytes. */
  readonly size: number;
  /** Lower-case hex; empty if unknown. */
  readonly sha256: string;
}

/** Passes the content of a file through, and errors instead of ending if size or digest differ. */
export function verified(source: ByteSource, expected: Expected, facts: LettsErrorFacts): ByteSource {
  const hash = createHash("sha256");
  let size = 0;
  return {
    async read(view) {
      const result = await source.read(view);
      if (result.done) {
        const problem = findProblem(size, hash, expected, facts);
        if (problem) throw problem;
        return result;
      }
      const { value = new Uint8Array() } = result;
      size += value.length;
      if (size > expected.size) {
        const problem = new StagingError(
          "size_mismatch",
          `more than the announced ${expected.size} bytes came`,
          facts,
        );
        await source.cancel(problem);
        throw problem;
      }
      hash.update(value);
      return result;
    },
    cancel: (reason) => source.cancel(reason),
  };
}

function findProblem(
  size: number,
  hash: Hash,
  expected: Expected,
  facts: LettsErrorFacts,
): StagingError | undefined {
  if (size !== expected.size) {
    return new StagingError("size_mismatch", `${size} of ${expected.size} announced bytes came`, facts);
  }
  const sha256 = hash.digest("hex");
  if (expected.sha256 === "" || sha256 === expected.sha256.toLowerCase()) return undefined;
  return new StagingError("digest_mismatch", `sha256 is ${sha256} instead of ${expected.sha256}`, facts);
}

/**
 * The path of an output file in a folder.
 *
 * @throws {StagingError} When the role is not a valid role, such as `../x` from a hostile dugdale; code `unsafe_role`.
 */
export function outputPath(folder: string, role: string, facts: LettsErrorFacts): string {
  if (isFileRole(role)) return join(folder, role);
  throw new StagingError(
    "unsafe_role",
    `output ${quote(role)} is not a safe file name`,
    facts,
  );
}
