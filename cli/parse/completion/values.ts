/**
 * What the value of a flag may be.
 *
 * @module
 */
import type { Completion, Flag } from "../flags.ts";

/** A word that fits, and what it means. */
export interface Candidate {
  readonly word: string;
  readonly means: string;
}

/** What fits: words, and whether the shell shall offer files too. */
export interface Completed {
  readonly candidates: readonly Candidate[];
  readonly files: "none" | "files" | "folders";
  /** What dugdales have to be asked for: ids of missions, or names of missions. */
  readonly ask?: "id" | "mission";
}

/** The names that letts.yaml knows. */
export interface Names {
  /** Ids and aliases of dugdales. */
  readonly hosts: readonly string[];
  readonly labels: readonly string[];
  readonly lanes: readonly string[];
  readonly routes: readonly string[];
  readonly schedules: readonly string[];
}

/**
 * What fits as the value of a flag.
 *
 * @param prefix What stands before the value in the same word.
 */
export function flagValues(flag: Flag, prefix: string, current: string, names: () => Names): Completed {
  const words = (flag.type === "text" ? flag.choices : undefined) ?? flag.suggest;
  if (words !== undefined) return { candidates: candidatesOf(words, prefix, current), files: "none" };
  if (flag.complete === undefined) return { candidates: [], files: "none" };
  // Hosts and labels may be several with commas between.
  const start = flag.type === "csv" || flag.complete === "host" ? current.lastIndexOf(",") + 1 : 0;
  return namesOf(flag.complete, prefix + current.slice(0, start), current.slice(start), names);
}

/** What fits where a name of a kind is wanted. */
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
