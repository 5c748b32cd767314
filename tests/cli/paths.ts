/** Paths beside the tests. @module */
import { fileURLToPath } from "node:url";

/** The path of a file that is named from this folder. */
export function fromFileUrl(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}
