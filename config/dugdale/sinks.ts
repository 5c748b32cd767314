/**
 * Sinks in dugdale.yaml: where the records of missions are kept beside the dugdale.
 *
 * @module
 */
import { HOOK_NAME } from "../../protocol/hooks.ts";
import { ConfigError, type ConfigErrorPlace } from "../config_error.ts";
import { type Env, fillVariables, isPlain } from "../variables.ts";
import { type Fields, list, mapOf, named, object } from "../yaml/collections.ts";
import type { Decoder } from "../yaml/decoder.ts";
import type { Problem } from "../yaml/problem.ts";
import { duration } from "../yaml/quantities.ts";
import { RULE_ORDER } from "../yaml/rule_order.ts";
import { choice, filledText, flag, text } from "../yaml/scalars.ts";
import { type DugdaleHookRetry, HOOK_DEFAULTS, retryShape, withDefaults } from "./hooks.ts";

/** The kinds of sinks. */
export type SinkType = "redis" | "mongodb" | "postgres" | "webhook" | "ndjson";
/** The states of missions that are written to sinks. */
export type SinkState = "queued" | "running" | "done";
/** The form of the records in a sink: those of letts, or those of leptir. */
export type SinkShape = "record" | "leptir";

/** A place outside of the dugdale where the records of missions are kept. */
export interface DugdaleSink {
  /** What it is. */
  readonly type: SinkType;
  /** Where it is, such as `redis://127.0.0.1:6379/0`. Empty for `ndjson`. `${NAME}` in a file is replaced by that variable. */
  readonly url: string;
  /** The file of `ndjson`; relative paths are relative to the data directory. */
  readonly path: string;
  /** What the keys of redis begin with; a colon and the id follow. Default `letts:mission`; `leptir:taskinfo` for leptir. */
  readonly key: string;
  /** Collection of mongodb, or table of postgres. Default `missions`, of leptir `info`. */
  readonly collection: string;
  /** How long a record is kept after it was written last, in milliseconds. 0: for ever. Default 0. */
  readonly expireMs: number;
  /** The states that are written. Default all. */
  readonly on: readonly SinkState[];
  /** Default `record`. */
  readonly shape: SinkShape;
  /** Signs what is posted to a webhook. Never logged. Default none. */
  readonly secret: string;
  /** Only missions of these lanes. Default none: all lanes. */
  readonly lanes: readonly string[];
  /** How long one write may take, in milliseconds. Default 10 s. */
  readonly timeoutMs: number;
  /** When a write is given up. */
  readonly retry: DugdaleHookRetry;
  /** Whether the URL of a webhook may lead to a loopback, private or link-local address. Default false. */
  readonly allowPrivate: boolean;
}

/** A sink of which only its type and place must be said. */
export type DugdaleSinkSettings =
  & { readonly type: SinkType }
  & { readonly [Name in Exclude<keyof DugdaleSink, "type" | "retry">]?: DugdaleSink[Name] | undefined }
  & { readonly retry?: Partial<DugdaleHookRetry> | undefined };

const TYPES: readonly SinkType[] = ["redis", "mongodb", "postgres", "webhook", "ndjson"];
const STATES: readonly SinkState[] = ["queued", "running", "done"];
const SHAPES: readonly SinkShape[] = ["record", "leptir"];
/** What the URL of each type begins with. */
const PROTOCOLS: Readonly<Record<SinkType, RegExp | undefined>> = {
  redis: /^rediss?:\/\//,
  mongodb: /^mongodb(?:\+srv)?:\/\//,
  postgres: /^postgres(?:ql)?:\/\//,
  webhook: /^https?:\/\//,
  ndjson: undefined,
};
/** Names that need no quotes in SQL. */
const COLLECTION = /^[a-z_][a-z0-9_]{0,62}$/;

const sink: Fields<Partial<DugdaleSinkSettings>> = {
  type: choice("What it is", TYPES, RULE_ORDER.hooks),
  url: filledText("Where it is; ${NAME} is replaced by that environment variable"),
  path: filledText("File of ndjson; relative to the data directory"),
  key: filledText("What the keys of redis begin with"),
  collection: filledText("Collection of mongodb, or table of postgres"),
  expireMs: named("expire", duration("How long a record is kept; 0 is for ever", 0)),
  on: list("States that are written", choice("State", STATES, RULE_ORDER.hooks)),
  shape: choice("Form of the records", SHAPES, RULE_ORDER.hooks, { default: "record" }),
  secret: filledText("Signs what is posted to a webhook; ${NAME} is replaced by that environment variable"),
  lanes: list("Only missions of these lanes", text("Lane")),
  timeoutMs: named("timeout", duration("How long one write may take", HOOK_DEFAULTS.timeoutMs)),
  retry: retryShape,
  allowPrivate: named(
    "allow_private",
    flag("Let the URL of a webhook lead to a loopback or private address", { default: false }),
  ),
};

/** The sinks of dugdale.yaml, by name. One without a type is told by {@linkcode sinkProblems}. */
export const sinksShape: Decoder<Readonly<Record<string, DugdaleSinkSettings>>> = mapOf(
  "Where the records of missions are kept beside the dugdale, by name",
  object<Partial<DugdaleSinkSettings>>("One place", sink, ["type"]) as Decoder<DugdaleSinkSettings>,
  HOOK_NAME.pattern,
);

/** A sink with its defaults. */
export function filledSink(settings: DugdaleSinkSettings): DugdaleSink {
  const isLeptir = settings.shape === "leptir";
  const defaults: Omit<DugdaleSink, "type"> = {
    url: "",
    path: "",
    key: isLeptir ? "leptir:taskinfo" : "letts:mission",
    collection: isLeptir ? "info" : "missions",
    expireMs: 0,
    on: STATES,
    shape: "record",
    secret: "",
    lanes: [],
    timeoutMs: HOOK_DEFAULTS.timeoutMs,
    retry: HOOK_DEFAULTS.retry,
    allowPrivate: false,
  };
  return {
    ...withDefaults({ ...defaults, type: settings.type }, settings),
    retry: withDefaults(HOOK_DEFAULTS.retry, settings.retry ?? {}),
  };
}

/** Finds what is wrong with sinks. @param hooks Their names are taken. */
export function* sinkProblems(
  sinks: Readonly<Record<string, DugdaleSink>>,
  hooks: Readonly<Record<string, unknown>>,
): Generator<Problem> {
  for (const [name, sink] of Object.entries(sinks)) {
    const taken = Object.hasOwn(hooks, name) ? "must not have the name of a hook" : undefined;
    const fault = HOOK_NAME.fault(name, "sinks") ?? taken ?? faultOf(sink);
    if (fault !== undefined) yield { order: RULE_ORDER.hooks, key: `sinks.${name}`, problem: fault };
  }
}

function faultOf(sink: DugdaleSink): string | undefined {
  const { type, url, path, collection, expireMs, on, secret, timeoutMs, retry } = sink;
  if (type === undefined) return `needs a type: ${TYPES.join(", ")}`;
  if (type === "ndjson" ? path === "" || url !== "" : url === "" || path !== "") {
    return type === "ndjson" ? "needs path, and no url" : "needs url, and no path";
  }
  if (!url.includes("${")) {
    const fault = urlFault(sink);
    if (fault !== undefined) return fault;
  }
  if (!COLLECTION.test(collection)) {
    return `collection must be lower-case letters, digits and _, not ${JSON.stringify(collection)}`;
  }
  if (expireMs > 0 && (type === "ndjson" || type === "webhook")) return `expire is not for ${type}`;
  if (secret !== "" && type !== "webhook") return "secret is for a webhook";
  if (on.length === 0) return "on must name at least one state";
  if (timeoutMs < 1) return "timeout must be more than 0";
  if (retry.attempts < 0) return "retry.attempts must not be negative";
  return retry.forMs < 1 ? "retry.for must be more than 0" : undefined;
}

function urlFault({ type, url }: Pick<DugdaleSink, "type" | "url">): string | undefined {
  const wanted = PROTOCOLS[type];
  return wanted === undefined || wanted.test(url) ? undefined : `url of ${type} must match ${wanted.source}`;
}

/** The keys of secrets that stand in the file itself. */
export function plainSinkSecrets(sinks: Readonly<Record<string, DugdaleSink>>): string[] {
  return Object.entries(sinks).flatMap(([name, { secret, url }]) => [
    ...(isPlain(secret) ? [`sinks.${name}.secret`] : []),
    // The user, a colon, and what is no variable.
    ...(/:\/\/[^/@]*:(?!\$\{\w+\}@)[^/@]+@/.test(url) ? [`sinks.${name}.url`] : []),
  ]);
}

/** Fills in the variables of URLs and secrets. @throws {ConfigError} For one that is not set, and for a wrong URL. */
export function withSinkVariables(
  sinks: Readonly<Record<string, DugdaleSink>>,
  { file, env }: { readonly file: string; readonly env: Env },
): Readonly<Record<string, DugdaleSink>> {
  return Object.fromEntries(
    Object.entries(sinks).map(([name, sink]) => {
      const place = (key: string): ConfigErrorPlace => ({ file, key: `sinks.${name}.${key}` });
      const url = fillVariables(sink.url, env, place("url"));
      const fault = urlFault({ type: sink.type, url });
      if (fault !== undefined) throw new ConfigError(fault, place("url"));
      return [name, { ...sink, url, secret: fillVariables(sink.secret, env, place("secret")) }];
    }),
  );
}
