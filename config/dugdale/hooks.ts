/**
 * Hooks in dugdale.yaml: which events are told, to whom, and how.
 *
 * @module
 */
import { HOOK_NAME, MISSION_EVENTS, type MissionEventType } from "../../protocol/hooks.ts";
import { ConfigError, type ConfigErrorPlace } from "../config_error.ts";
import { type Env, fillVariables, isPlain } from "../variables.ts";
import { type Fields, list, mapOf, named, object } from "../yaml/collections.ts";
import type { Decoder } from "../yaml/decoder.ts";
import type { Problem } from "../yaml/problem.ts";
import { duration } from "../yaml/quantities.ts";
import { RULE_ORDER } from "../yaml/rule_order.ts";
import { choice, filledText, flag, integer, text } from "../yaml/scalars.ts";

/** When a delivery that has failed is given up. Before that it is repeated after 5 s, 10 s, 20 s, … up to an hour. */
export interface DugdaleHookRetry {
  /** After so many tries. 0: any number. Default 0. */
  readonly attempts: number;
  /** When the event is so old, in milliseconds. Default 24 h. */
  readonly forMs: number;
}

/** A receiver of events: a URL or a command. */
export interface DugdaleHook {
  /** The events that it is told. Default `mission.done`. */
  readonly on: readonly MissionEventType[];
  /** Where events are posted. Empty for a command. `${NAME}` in a file is replaced by that variable. */
  readonly url: string;
  /** Signs what is posted. Never logged. `${NAME}` in a file is replaced by that variable. Default none: no signature. */
  readonly secret: string;
  /** A program and its arguments, which gets the event on stdin. Empty for a URL. */
  readonly command: readonly string[];
  /** Only missions of these lanes. Default none: all lanes. */
  readonly lanes: readonly string[];
  /** Only missions whose dispatch asks for it, by `notify`. Default false. */
  readonly byRequest: boolean;
  /** How long one delivery may take, in milliseconds. Default 10 s. */
  readonly timeoutMs: number;
  /** When a delivery is given up. */
  readonly retry: DugdaleHookRetry;
  /** Whether the URL may lead to a loopback, private or link-local address. Default false. */
  readonly allowPrivate: boolean;
}

/** A hook of which only the receiver must be said. */
export type DugdaleHookSettings =
  & { readonly [Name in Exclude<keyof DugdaleHook, "retry">]?: DugdaleHook[Name] | undefined }
  & { readonly retry?: Partial<DugdaleHookRetry> | undefined };

/** What a hook has that says nothing. */
export const HOOK_DEFAULTS: DugdaleHook = {
  on: ["mission.done"],
  url: "",
  secret: "",
  command: [],
  lanes: [],
  byRequest: false,
  timeoutMs: 10_000,
  retry: { attempts: 0, forMs: 24 * 3_600_000 },
  allowPrivate: false,
};

const retry: Fields<DugdaleHookRetry> = {
  attempts: integer("Given up after so many tries; 0 is any number", {
    schema: { minimum: 0, default: HOOK_DEFAULTS.retry.attempts },
  }),
  forMs: named("for", duration("Given up when the event is so old", HOOK_DEFAULTS.retry.forMs)),
};

/** When a delivery is given up. */
export const retryShape: Decoder<Partial<DugdaleHookRetry>> = object("When a delivery is given up", retry);

const hook: Fields<DugdaleHookSettings> = {
  on: list("Events", choice("Event", MISSION_EVENTS, RULE_ORDER.hooks)),
  url: filledText("Where events are posted; ${NAME} is replaced by that environment variable"),
  secret: filledText("Signs what is posted; ${NAME} is replaced by that environment variable"),
  command: list("A program and its arguments, which gets the event on stdin", text("Argument")),
  lanes: list("Only missions of these lanes", text("Lane")),
  byRequest: named(
    "by_request",
    flag("Only missions whose dispatch names it in notify", { default: HOOK_DEFAULTS.byRequest }),
  ),
  timeoutMs: named("timeout", duration("How long one delivery may take", HOOK_DEFAULTS.timeoutMs)),
  retry: retryShape,
  allowPrivate: named(
    "allow_private",
    flag("Let the URL lead to a loopback or private address", { default: HOOK_DEFAULTS.allowPrivate }),
  ),
};

/** The hooks of dugdale.yaml, by name. */
export const hooksShape: Decoder<Readonly<Record<string, DugdaleHookSettings>>> = mapOf(
  "Receivers of events, by name",
  object<DugdaleHookSettings>("A URL or a command", hook),
  HOOK_NAME.pattern,
);

/** A hook with its defaults. */
export function filledHook(settings: DugdaleHookSettings): DugdaleHook {
  return {
    ...withDefaults(HOOK_DEFAULTS, settings),
    retry: withDefaults(HOOK_DEFAULTS.retry, settings.retry ?? {}),
  };
}

/** What is not said gets its default. */
export function withDefaults<Group extends object>(defaults: Group, some: object): Group {
  const said = Object.entries(some).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(said) };
}

/** Finds what is wrong with hooks. */
export function* hookProblems(hooks: Readonly<Record<string, DugdaleHook>>): Generator<Problem> {
  for (const [name, hook] of Object.entries(hooks)) {
    const key = `hooks.${name}`;
    const fault = HOOK_NAME.fault(name, "hooks") ?? faultOf(hook);
    if (fault !== undefined) yield { order: RULE_ORDER.hooks, key, problem: fault };
  }
}

function faultOf({ on, url, secret, command, timeoutMs, retry }: DugdaleHook): string | undefined {
  if ((url === "") === (command.length === 0)) return "needs url or command, and not both";
  if (url !== "" && !url.includes("${") && !isHttp(url)) return NOT_HTTP;
  if (secret !== "" && url === "") return "secret is for a url";
  if (on.length === 0) return "on must name at least one event";
  if (timeoutMs < 1) return "timeout must be more than 0";
  if (retry.attempts < 0) return "retry.attempts must not be negative";
  return retry.forMs < 1 ? "retry.for must be more than 0" : undefined;
}

const NOT_HTTP = "url must be an http:// or https:// URL";

function isHttp(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? "");
}

/** The keys of secrets that stand in the file itself. */
export function plainHookSecrets(hooks: Readonly<Record<string, DugdaleHook>>): string[] {
  return Object.entries(hooks)
    .filter(([, { secret, url }]) => isPlain(secret) || hasPassword(url))
    .map(([name, { secret }]) => `hooks.${name}.${isPlain(secret) ? "secret" : "url"}`);
}

function hasPassword(url: string): boolean {
  const password = URL.parse(url)?.password ?? "";
  return isPlain(decodeURIComponent(password));
}

/** Fills in the variables of URLs and secrets. @throws {ConfigError} For one that is not set, and for a URL that is none. */
export function withHookVariables(
  hooks: Readonly<Record<string, DugdaleHook>>,
  { file, env }: { readonly file: string; readonly env: Env },
): Readonly<Record<string, DugdaleHook>> {
  return Object.fromEntries(
    Object.entries(hooks).map(([name, hook]) => {
      const place = (key: string): ConfigErrorPlace => ({ file, key: `hooks.${name}.${key}` });
      const url = fillVariables(hook.url, env, place("url"));
      if (url !== "" && !isHttp(url)) throw new ConfigError(NOT_HTTP, place("url"));
      return [name, { ...hook, url, secret: fillVariables(hook.secret, env, place("secret")) }];
    }),
  );
}
