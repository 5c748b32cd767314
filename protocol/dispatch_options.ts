/**
 * Additional options of a dispatch: priority, time, retries, keys and labels.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "./clip.ts";
import { InvalidDurationError, parseDuration } from "./duration.ts";
import { HOOK_NAME } from "./hooks.ts";
import type { JsonObject } from "./json_value.ts";
import { LANE_NAME, MISSION_NAME, NameRule } from "./names.ts";
import { type RetryRule, retryRule } from "./retry.ts";
import { flag, integer, nameOf, oneOf, text } from "./schemas.ts";

/**
 * Priority of a mission. A lane starts missions of a higher priority first, and within a priority the longest waiting
 * one.
 */
export type Priority = "high" | "normal" | "low";

/** Every priority, the highest first. */
export const PRIORITIES: readonly Priority[] = ["high", "normal", "low"];

/** The rule of tags and owners. */
export const TAG: NameRule = new NameRule(
  "tag",
  "[A-Za-z0-9_][A-Za-z0-9_.:/@=+-]{0,127}",
  "1 to 128 of letters, digits and _ . : / @ = + -, starting with a letter, a digit or _",
);

/** The rule of keys. */
export const KEY: NameRule = new NameRule(
  "key",
  "[!-~]{1,256}",
  "1 to 256 visible ASCII characters without spaces",
);

/** Which missions with the same key are considered: queued ones, also running ones, or all that exist. */
export type UniqueRule = "queued" | "active" | "kept";

/** Every {@linkcode UniqueRule}. */
export const UNIQUE_RULES: readonly UniqueRule[] = ["queued", "active", "kept"];

/** Maximum number of tags of a mission. */
export const TAGS_MAX = 16;

/** The latest time that a date can represent, in Unix milliseconds. */
const LAST_MS = 8.64e15;
const LONGEST_DELAY_MS = 100 * 365 * 86_400_000;

/** A mission that follows the end of another one. */
export interface SuccessorBody {
  /** Name of the script. */
  readonly mission: string;
  /** Default: that of the preceding mission. */
  readonly lane?: string | undefined;
  /**
   * A JSON object; it gets the member `letts` with `of`, `outcome` and, if there is one, `return` of the preceding
   * mission. Default `{}`.
   */
  readonly input?: JsonObject | undefined;
}

const successor = v.object({
  mission: nameOf(MISSION_NAME),
  lane: v.optional(nameOf(LANE_NAME)),
  input: v.optional(
    v.pipe(v.any(), v.description("A JSON object, which gets the member `letts`; absent is `{}`")),
  ),
});

/** Schema of a {@linkcode SuccessorBody} in a record. */
export const successorBody: v.GenericSchema<unknown, SuccessorBody> = v.object({
  mission: v.string(),
  lane: v.optional(v.string()),
  input: v.optional(v.record(v.string(), v.any())),
});

/** Members of a dispatch that an older dugdale ignores. Their features are in {@linkcode DISPATCH_FEATURES}. */
export interface DispatchAdditions {
  /** Default `normal`. */
  readonly priority?: Priority | undefined;
  /** Earliest start, in Unix milliseconds. A time in the past means now. */
  readonly run_at?: number | undefined;
  /** A duration as in {@linkcode parseDuration}: delay of the start after acceptance. Not together with `run_at`. */
  readonly delay?: string | undefined;
  /** Identifies the work, such as `order-42`. The newest mission with a key can be looked up. */
  readonly key?: string | undefined;
  /** If such a mission with the same key exists, nothing is started: the answer names that mission. */
  readonly unique?: UniqueRule | undefined;
  /** Run at most one of the missions with this key at a time; those of a lane in order. Default false. */
  readonly serial?: boolean | undefined;
  /** Queued in the transaction that makes the mission a success. */
  readonly on_success?: SuccessorBody | undefined;
  /** Queued in the transaction that ends the mission with any other outcome. */
  readonly on_failure?: SuccessorBody | undefined;
  /** Labels to search by, at most {@linkcode TAGS_MAX}, without duplicates. */
  readonly tags?: readonly string[] | undefined;
  /** The person or system that the mission belongs to. */
  readonly owner?: string | undefined;
  /** A hook of the dugdale that is told of this mission, whatever its lane. */
  readonly notify?: string | undefined;
  /** When to run it again after a failure. Default: the lane's rule. */
  readonly retry?: RetryRule | undefined;
}

/** The schemas of {@linkcode DispatchAdditions}. */
export const dispatchAdditions: {
  readonly [Name in keyof DispatchAdditions]-?: v.OptionalSchema<
    v.GenericSchema<NonNullable<DispatchAdditions[Name]>>,
    undefined
  >;
} = {
  priority: v.optional(oneOf(["high", "normal", "low"], "high, normal or low", "Default `normal`")),
  run_at: v.optional(
    integer("Unix milliseconds", "Not to be started before, in Unix milliseconds; the past is now", {
      min: 0,
    }),
  ),
  delay: v.optional(
    text("Like `30s`, `5m` or `1h30m`, counted from the acceptance; not together with `run_at`"),
  ),
  key: v.optional(nameOf(KEY, "What the work is about; the newest mission with a key is found by it")),
  unique: v.optional(
    oneOf(
      ["queued", "active", "kept"],
      "queued, active or kept",
      "When a mission with this key waits, waits or runs, or is still kept, nothing is started, and the answer names it",
    ),
  ),
  serial: v.optional(
    flag("Of the missions with this key one runs at a time; those of a lane in their order"),
  ),
  on_success: v.optional(successor),
  on_failure: v.optional(successor),
  tags: v.optional(v.pipe(v.array(nameOf(TAG)), v.maxLength(TAGS_MAX))),
  owner: v.optional(nameOf(TAG, "Who or what it is for")),
  notify: v.optional(nameOf(HOOK_NAME, "A hook of the dugdale that is told of this mission")),
  retry: v.optional(retryRule),
};

/** An invalid addition of a dispatch. The message names it, the rule and the value. */
export class InvalidAdditionError extends Error {
  /** The name of the class. */
  override readonly name = "InvalidAdditionError";
}

/** {@linkcode DispatchAdditions} with unvalidated strings. */
export interface SentAdditions extends Omit<DispatchAdditions, "priority" | "unique"> {
  /** Should be a {@linkcode UniqueRule}. */
  readonly unique?: string | undefined;
  /** Should be a {@linkcode Priority}. */
  readonly priority?: string | undefined;
}

/** Validates the additions of a dispatch. @throws {InvalidAdditionError} With the first problem. */
export function checkAdditions(sent: SentAdditions): DispatchAdditions {
  const { priority, run_at, delay, unique, tags, owner, notify } = sent;
  const fault = successorFault("on_success", sent.on_success) ??
    successorFault("on_failure", sent.on_failure) ?? keyFault(sent) ?? delayFault(delay) ??
    momentFault(run_at, delay) ?? tagsFault(tags) ??
    (owner === undefined ? undefined : TAG.fault(owner, "owner")) ??
    (notify === undefined ? undefined : HOOK_NAME.fault(notify, "notify"));
  if (fault !== undefined) throw new InvalidAdditionError(fault);
  return {
    ...sent,
    priority: word("priority", priority, PRIORITIES),
    unique: word("unique", unique, UNIQUE_RULES),
  };
}

function word<Word extends string>(
  name: string,
  sent: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (sent === undefined) return undefined;
  const known = words.find((one) => one === sent);
  if (known !== undefined) return known;
  const list = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
  throw new InvalidAdditionError(`${name} ${quote(sent)} must be ${list}`);
}

function successorFault(name: string, sent: SuccessorBody | undefined): string | undefined {
  if (sent === undefined) return undefined;
  return MISSION_NAME.fault(sent.mission, `${name}.mission`) ??
    (sent.lane === undefined ? undefined : LANE_NAME.fault(sent.lane, `${name}.lane`));
}

function keyFault({ key, unique, serial }: SentAdditions): string | undefined {
  if (key !== undefined) return KEY.fault(key);
  if (unique !== undefined) return "unique needs a key";
  return serial ? "serial needs a key" : undefined;
}

function momentFault(runAt: number | undefined, delay: string | undefined): string | undefined {
  if (runAt === undefined) return undefined;
  if (delay !== undefined) return "run_at and delay cannot be used together";
  if (Number.isInteger(runAt) && runAt >= 0 && runAt <= LAST_MS) return undefined;
  return `run_at ${runAt} must be Unix milliseconds`;
}

function delayFault(delay: string | undefined): string | undefined {
  if (delay === undefined) return undefined;
  try {
    const ms = parseDuration(delay);
    if (ms < 0) return `delay ${quote(delay)} must not be negative`;
    return ms > LONGEST_DELAY_MS ? `delay ${quote(delay)} must be at most 100 years` : undefined;
  } catch (error) {
    if (!(error instanceof InvalidDurationError)) throw error;
    return `delay: ${error.message}`;
  }
}

function tagsFault(tags: readonly string[] = []): string | undefined {
  if (tags.length > TAGS_MAX) return `tags has ${tags.length} tags, ${TAGS_MAX} are allowed`;
  for (const [index, tag] of tags.entries()) {
    const fault = TAG.fault(tag, "tags[]");
    if (fault !== undefined) return fault;
    if (tags.indexOf(tag) < index) return `tags[] ${quote(tag)} must be given only once`;
  }
  return undefined;
}
