/**
 * `extends`: inheritance from templates.
 *
 * @module
 */
import { ConfigError } from "../config_error.ts";
import type {
  DugdaleFields,
  LaneFields,
  LettsYaml,
  RuntimeFields,
  ScheduleFields,
  TemplateFields,
} from "./types.ts";
import type { Places } from "../yaml/places.ts";

/** A dugdale with its template applied. */
export interface ExtendedFields extends DugdaleFields {
  /** Without `null`. */
  readonly proxy: string;
  /** Without `null`. */
  readonly lanes: Readonly<Record<string, LaneFields>>;
  /** Without `null`. Undefined if neither has schedules. */
  readonly schedules?: Readonly<Record<string, ScheduleFields>>;
}

/** A letts.yaml with templates applied. */
export interface ExtendedYaml extends LettsYaml {
  /** In the order of the file. */
  readonly dugdales: readonly ExtendedFields[];
}

/**
 * Applies the templates.
 *
 * @throws {ConfigError} When a dugdale names a template that does not exist.
 */
export function extendDugdales(yaml: LettsYaml, places: Places): ExtendedYaml {
  const templates = new Map(Object.entries(yaml.templates ?? {}));
  const dugdales = (yaml.dugdales ?? []).map((dugdale, index) => {
    const name = dugdale.extends;
    if (!name) return extended(dugdale, {});
    const template = templates.get(name);
    if (template) return extended(dugdale, template);
    const key = `dugdales[${index}].extends`;
    throw new ConfigError(`there is no template ${JSON.stringify(name)}`, {
      ...places.find(key),
      key,
      owner: dugdale.id,
    });
  });
  return { ...yaml, dugdales };
}

function extended(own: DugdaleFields, template: TemplateFields): ExtendedFields {
  const { schedules: ownSchedules, ...rest } = own;
  const { schedules } = template;
  return {
    ...rest,
    mission_dir: own.mission_dir || template.mission_dir || "",
    token: own.token || template.token || "",
    admin_token: own.admin_token || template.admin_token || "",
    exec_token: own.exec_token || template.exec_token || "",
    proxy: own.proxy === null ? "" : own.proxy || template.proxy || "",
    labels: own.labels ?? template.labels ?? [],
    runtime: extendedRuntime(own.runtime ?? {}, template.runtime ?? {}),
    lanes: overlaid(own.lanes ?? {}, template.lanes ?? {}),
    ...(ownSchedules || schedules ? { schedules: overlaid(ownSchedules ?? {}, schedules ?? {}) } : {}),
  };
}

function extendedRuntime(own: RuntimeFields, template: RuntimeFields): RuntimeFields {
  return {
    mission_path_template: own.mission_path_template || template.mission_path_template || "",
    command_template: own.command_template ?? template.command_template ?? [],
    validate_mission_file: own.validate_mission_file ?? template.validate_mission_file ?? false,
  };
}

/**
 * A lane or schedule is inherited as a whole: a lane that sets only its concurrency does not inherit the pause of the
 * template's.
 */
function overlaid<Value>(
  own: Readonly<Record<string, Value | null>>,
  template: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> {
  const all = new Map<string, Value | null>([...Object.entries(template), ...Object.entries(own)]);
  return Object.fromEntries([...all].filter((entry): entry is [string, Value] => entry[1] !== null));
}
