/**
 * The names in the letts.yaml that applies, for completion.
 *
 * @module
 */
import { ConfigError } from "../../../config/config_error.ts";
import { discoverLettsFile } from "../../../config/letts/discover.ts";
import { readFileText } from "../../../config/file_text.ts";
import { parseLettsFile } from "../../../config/letts/file.ts";
import type { Env } from "../../../config/variables.ts";
import type { Names } from "./values.ts";

const NONE: Names = { hosts: [], labels: [], lanes: [], routes: [], schedules: [] };

/** All names, sorted. Empty when there is no valid file: completion reports no errors. */
export function knownNames(path: string | undefined, env: Env): Names {
  try {
    const { yaml } = parseLettsFile(readFileText(discoverLettsFile({ path, env })));
    const dugdales = yaml.dugdales ?? [];
    const described = [...dugdales, ...Object.values(yaml.templates ?? {})];
    return {
      hosts: sorted([...dugdales.map(({ id = "" }) => id), ...Object.keys(yaml.aliases ?? {})]),
      labels: sorted(described.flatMap(({ labels = [] }) => labels)),
      lanes: sorted(described.flatMap(({ lanes = {} }) => Object.keys(lanes))),
      routes: sorted(Object.keys(yaml.routes ?? {})),
      schedules: sorted(described.flatMap(({ schedules = {} }) => Object.keys(schedules))),
    };
  } catch (error) {
    if (error instanceof ConfigError) return NONE;
    throw error;
  }
}

function sorted(words: readonly string[]): readonly string[] {
  return [...new Set(words)].filter((word) => word !== "").sort();
}
