/**
 * The first checks of letts.yaml: each name and number by itself, before references are checked.
 *
 * @module
 */
import type { DugdaleFields, LettsYaml, ScheduleFields, TemplateFields } from "./types.ts";
import {
  ALIAS,
  DUGDALE_ID,
  LABEL,
  LANE_NAME,
  type NameRule,
  ROUTE_NAME,
  SCHEDULE_NAME,
  TEMPLATE_NAME,
} from "../../protocol/names.ts";
import type { Problem } from "../yaml/problem.ts";
import { proxySchemeFault } from "./proxy_scheme.ts";

const PORT_MAX = 65_535;

/** Finds invalid names, ports and proxy schemes, in reporting order. */
export function* nameProblems(yaml: LettsYaml): Generator<Problem> {
  yield* portProblems("defaults.port", yaml.defaults?.port);
  yield* dugdaleProblems(yaml.dugdales ?? []);
  for (const [name, template] of sorted(yaml.templates)) {
    const key = `templates[${JSON.stringify(name)}]`;
    yield* named(TEMPLATE_NAME, name, key);
    yield* proxyProblems(`${key}.proxy`, template.proxy);
    yield* laneAndLabelProblems(key, template);
  }
  for (const [name, route] of sorted(yaml.routes)) {
    const key = `routes[${JSON.stringify(name)}]`;
    yield* named(ROUTE_NAME, name, key);
    if (!route.lane) yield { key: `${key}.lane`, problem: "must not be missing or empty" };
    else yield* named(LANE_NAME, route.lane, `${key}.lane`);
  }
  for (const [name, value] of sorted(yaml.aliases)) {
    const key = `aliases[${JSON.stringify(name)}]`;
    yield* named(ALIAS, name, key);
    if (value === "") yield { key, problem: "value must not be empty" };
    else if (!value.includes("${")) yield* named(DUGDALE_ID, value, key, "value: ");
  }
}

function* dugdaleProblems(dugdales: readonly DugdaleFields[]): Generator<Problem> {
  const indexes = new Map<string, number>();
  for (const [index, dugdale] of dugdales.entries()) {
    const key = `dugdales[${index}]`;
    const { id } = dugdale;
    if (!id) yield { key: `${key}.id`, problem: "must not be missing or empty" };
    else yield* named(DUGDALE_ID, id, `${key}.id`);
    const before = indexes.get(id ?? "");
    if (before !== undefined) {
      yield { key: `${key}.id`, problem: `id "${id}" is taken by dugdales[${before}]` };
    }
    indexes.set(id ?? "", index);
    yield* portProblems(`${key}.port`, dugdale.port, id);
    yield* proxyProblems(`${key}.proxy`, dugdale.proxy, id);
    yield* laneAndLabelProblems(key, dugdale);
  }
}

function* laneAndLabelProblems(key: string, fields: DugdaleFields | TemplateFields): Generator<Problem> {
  for (const [name] of sorted<unknown>(fields.lanes)) {
    yield* named(LANE_NAME, name, `${key}.lanes[${JSON.stringify(name)}]`);
  }
  for (const [name, schedule] of sorted<ScheduleFields | null>(fields.schedules)) {
    const at = `${key}.schedules[${JSON.stringify(name)}]`;
    yield* named(SCHEDULE_NAME, name, at);
    if (schedule === null) continue;
    for (const part of ["lane", "mission"] as const) {
      if (!schedule[part]) yield { key: `${at}.${part}`, problem: "must not be missing or empty" };
    }
  }
  for (const [index, label] of (fields.labels ?? []).entries()) {
    yield* named(LABEL, label, `${key}.labels[${index}]`);
  }
}

function* named(rule: NameRule, name: string, key: string, before = ""): Generator<Problem> {
  const fault = rule.fault(name);
  if (fault) yield { key, problem: before + fault };
}

function* portProblems(key: string, port: number | undefined, owner?: string): Generator<Problem> {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= PORT_MAX)) return;
  yield { key, owner, problem: `must be 0 to ${PORT_MAX}, not ${port}` };
}

function* proxyProblems(key: string, proxy: string | null | undefined, owner?: string): Generator<Problem> {
  const fault = proxy && !proxy.includes("${") ? proxySchemeFault(proxy) : undefined;
  if (fault) yield { key, owner, problem: fault };
}

/** Sorted by name, so that the same error is always reported first. */
function sorted<Value>(entries: Readonly<Record<string, Value>> | undefined): [string, Value][] {
  return Object.entries(entries ?? {}).sort(([a], [b]) => a < b ? -1 : 1);
}
