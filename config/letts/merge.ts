/**
 * Merges several letts.yaml files before templates are applied.
 *
 * @module
 */
import type { LettsFile } from "./file.ts";
import type { DugdaleFields, LettsYaml, RuntimeFields, TokenFields } from "./types.ts";
import { Places } from "../yaml/places.ts";

/**
 * Merges a file over the previous ones. Empty strings, zeros and empty arrays of the later file change nothing; entries
 * of aliases, routes and templates, and lanes, are replaced as a whole; dugdales are matched by id.
 */
export function mergeLettsFiles(base: LettsFile, over: LettsFile): LettsFile {
  const places = new Places();
  for (const part of ["", "auth", "defaults", "selector", "aliases", "routes", "templates", "dugdales"]) {
    places.adopt(base.places, part);
    if (part !== "dugdales") places.adopt(over.places, part);
  }
  const dugdales = [...base.yaml.dugdales ?? []];
  for (const [index, dugdale] of (over.yaml.dugdales ?? []).entries()) {
    const found = dugdales.findIndex(({ id }) => id === dugdale.id);
    const at = found < 0 ? dugdales.length : found;
    dugdales[at] = mergeDugdales(dugdales[at] ?? {}, dugdale);
    places.adopt(over.places, `dugdales[${index}]`, `dugdales[${at}]`);
  }
  return { file: `${base.file}, ${over.file}`, yaml: mergeYaml(base.yaml, over.yaml, dugdales), places };
}

function mergeYaml(base: LettsYaml, over: LettsYaml, dugdales: readonly DugdaleFields[]): LettsYaml {
  const match = filled(over.selector?.match, base.selector?.match);
  return {
    auth: mergeTokens(base.auth ?? {}, over.auth ?? {}),
    defaults: { port: over.defaults?.port || base.defaults?.port || 0 },
    selector: match ? { match } : {},
    aliases: { ...base.aliases, ...over.aliases },
    routes: { ...base.routes, ...over.routes },
    templates: { ...base.templates, ...over.templates },
    dugdales,
  };
}

function mergeTokens(base: TokenFields, over: TokenFields): TokenFields {
  return {
    token: over.token || base.token || "",
    admin_token: over.admin_token || base.admin_token || "",
    exec_token: over.exec_token || base.exec_token || "",
  };
}

function mergeDugdales(base: DugdaleFields, over: DugdaleFields): DugdaleFields {
  const labels = filled(over.labels, base.labels);
  const proxy = over.proxy === null ? null : over.proxy || base.proxy;
  return {
    ...mergeTokens(base, over),
    id: over.id || base.id || "",
    host: over.host || base.host || "",
    port: over.port || base.port || 0,
    url: over.url || base.url || "",
    extends: over.extends || base.extends || "",
    mission_dir: over.mission_dir || base.mission_dir || "",
    runtime: mergeRuntimes(base.runtime ?? {}, over.runtime ?? {}),
    lanes: { ...base.lanes, ...over.lanes },
    ...(base.schedules || over.schedules ? { schedules: { ...base.schedules, ...over.schedules } } : {}),
    ...(labels ? { labels } : {}),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

function mergeRuntimes(base: RuntimeFields, over: RuntimeFields): RuntimeFields {
  const argv = filled(over.command_template, base.command_template);
  const validates = over.validate_mission_file ?? base.validate_mission_file;
  return {
    mission_path_template: over.mission_path_template || base.mission_path_template || "",
    ...(argv ? { command_template: argv } : {}),
    ...(validates === undefined ? {} : { validate_mission_file: validates }),
  };
}

/** An empty list of the first file overrides a template's; one of a later file changes nothing. */
function filled(over: readonly string[] | undefined, base: readonly string[] | undefined) {
  return over && over.length > 0 ? over : base ?? over;
}
