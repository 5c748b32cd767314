/**
 * The last checks of letts.yaml: references.
 *
 * @module
 */
import { findHost, type HostNames } from "./aliases.ts";
import type { DugdaleFields, LettsYaml } from "./types.ts";
import type { Problem } from "../yaml/problem.ts";

/** Finds dangling references, in reporting order. Values with `${NAME}` are not checked. */
export function* structureProblems(yaml: LettsYaml): Generator<Problem> {
  const names: HostNames<DugdaleFields> = {
    dugdales: new Map((yaml.dugdales ?? []).map((dugdale) => [dugdale.id ?? "", dugdale])),
    aliases: new Map(Object.entries(yaml.aliases ?? {})),
  };
  const aliases = [...names.aliases.keys()].sort();
  for (const alias of aliases) {
    if (!names.dugdales.has(alias)) continue;
    yield { key: aliasKey(alias), problem: `is the id of a dugdale too, so the alias would never be used` };
  }
  for (const alias of aliases) {
    const answer = findHost(alias, names, (value) => value.includes("${") ? undefined : value);
    if (answer && "problem" in answer) yield { key: aliasKey(alias), problem: answer.problem };
  }
  for (const [index, { id, host, url }] of (yaml.dugdales ?? []).entries()) {
    if (!host && !url) yield { key: `dugdales[${index}]`, owner: id, problem: "needs host or url" };
  }
  for (const [name, { host }] of Object.entries(yaml.routes ?? {}).sort(([a], [b]) => a < b ? -1 : 1)) {
    if (!host || host.includes("${") || names.dugdales.has(host) || names.aliases.has(host)) continue;
    const problem = `host ${JSON.stringify(host)} not found in aliases or dugdales[].id`;
    yield { key: `routes[${JSON.stringify(name)}].host`, problem };
  }
}

function aliasKey(alias: string): string {
  return `aliases[${JSON.stringify(alias)}]`;
}
