/**
 * Candidates for the value of a flag.
 *
 * @module
 */
import type { Completion, Flag } from "../flags.ts";

/** A candidate, and its description. */
export interface Candidate {
  readonly word: string;
  readonly means: string;
}

/** The candidates, and whether the shell should add files. */
export interface Completed {
  readonly candidates: readonly Candidate[];
  readonly files: "none" | "files" | "folders";
  /** Values that require asking dugdales: mission ids or mission names. */
  readonly ask?: "id" | "mission";
}

/** The names in letts.yaml. */
export interface Names {
  /** Ids and aliases of dugdales. */
  readonly hosts: readonly string[];
  readonly labels: readonly string[];
  readonly lanes: readonly string[];
  readonly routes: readonly string[];
  readonly schedules: readonly string[];
}

/**
 * Candidates for the value of a flag.
 *
 * @param prefix The part of the word before the value.
 */
export function flagValues(flag: Flag, prefix: string, current: string, names: () => Names): Completed {
  const words = (flag.type === "text" ? flag.choices : undefined) ?? flag.suggest;
  if (words !== undefined) return { candidates: candidatesOf(words, prefix, current), files: "none" };
  if (flag.complete === undefined) return { candidates: [], files: "none" };
  // Hosts and labels may be comma-separated lists.
  const start = flag.type === "csv" || flag.complete === "host" ? current.lastIndexOf(",") + 1 : 0;
  return namesOf(flag.complete, prefix + current.slice(0, start), current.slice(start), names);
}

/** Candidates for names of a kind. */
export function namesOf(kind: Completion, prefix: string, current: string, names: () => Names): Completed {
  const words = (list: readonly string[]): Completed => {
    return { candidates: candidatesOf(list, prefix, current), files: "none" };
  };
  switch (kind) {
    case "file":
      return { candidates: [], files: "files" };
    case "id":
      return { candidates: [], files: "none", ask: "id" };
    case "mission":
      return { candidates: [], files: "files", ask: "mission" };
    case "folder":
      return { candidates: [], files: "folders" };
    case "pair":
      return { candidates: [], files: current.includes("=") ? "files" : "none" };
    case "host":
      return words(names().hosts);
    case "label":
      return words(names().labels);
    case "lane":
      return words(names().lanes);
    case "route":
      return words(names().routes);
    case "schedule":
      return words(names().schedules);
    default:
      return kind satisfies never;
  }
}

function candidatesOf(words: readonly string[], prefix: string, current: string): readonly Candidate[] {
  return words.filter((word) => word.startsWith(current)).map((word) => ({ word: prefix + word, means: "" }));
}
