/**
 * Schedules in letts.yaml. The dugdale validates their times and names; this defines their notation.
 *
 * @module
 */
import type { JsonValue } from "../../protocol/json_value.ts";
import { PRIORITIES, type SuccessorBody, UNIQUE_RULES } from "../../protocol/dispatch_options.ts";
import type { ScheduleSettings } from "../../protocol/schedule.ts";
import { laneOptionFields } from "./lane_options.ts";
import { list, object } from "../yaml/collections.ts";
import type { Decoder } from "../yaml/decoder.ts";
import { filledText, flag } from "../yaml/scalars.ts";
import type { YamlValue } from "../yaml/value.ts";

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** Any JSON value: an unquoted number, true, false or null is one, every other scalar a string. */
const json: Decoder<JsonValue> = {
  schema: { description: "Any value; the mission gets it as JSON" },
  decode: toJson,
};

function toJson(value: YamlValue): JsonValue {
  switch (value.kind) {
    case "null":
      return null;
    case "map":
      return Object.fromEntries([...value.entries("names")].map(([name, entry]) => [name, toJson(entry)]));
    case "list":
      return value.items().map(toJson);
    case "quoted":
      return value.text;
    case "plain":
      if (value.text === "true" || value.text === "false") return value.text === "true";
      if (!NUMBER.test(value.text)) return value.text;
      return exact(value, Number(value.text));
  }
}

/** Numbers are converted through JavaScript; the mission must not get a different value than the file has. */
function exact(value: YamlValue, number: number): number {
  const rounded = Number.isInteger(number) && !Number.isSafeInteger(number);
  return rounded
    ? value.fail(`${value.text} has more digits than can be kept; write it as a string`)
    : number;
}

/** Settings that letts.yaml can contain. */
type Written =
  & Pick<
    ScheduleSettings,
    | "lane"
    | "mission"
    | "timeout"
    | "priority"
    | "tags"
    | "owner"
    | "notify"
    | "key"
    | "unique"
    | "serial"
    | "retry"
    | "on_success"
    | "on_failure"
    | "cron"
    | "every"
    | "tz"
    | "overlap"
    | "missed"
    | "jitter"
    | "until"
    | "paused"
  >
  & { readonly input: JsonValue };

function oneOf<Word extends string>(
  description: string,
  words: readonly Word[],
  usual?: Word,
): Decoder<Word> {
  const written = filledText(description, { enum: words, ...(usual && { default: usual }) });
  return {
    schema: written.schema,
    decode(value) {
      const text = written.decode(value);
      if (text === undefined) return undefined;
      return words.find((word) => word === text) ??
        value.fail(`must be ${words.join(", ")}, not ${JSON.stringify(text)}`);
    },
  };
}

/** A mission that follows another one; the dugdale validates its names. */
function successor(description: string): Decoder<SuccessorBody> {
  const fields = {
    mission: filledText("Name of the mission"),
    lane: filledText("Default that of the schedule"),
    input: json,
  };
  const written = object<{ mission: string; lane: string; input: JsonValue }>(description, fields, [
    "mission",
  ]);
  return {
    schema: written.schema,
    decode: (value) => value.kind === "null" ? undefined : written.decode(value) as SuccessorBody,
  };
}

/** One schedule. */
export const schedule: Decoder<Partial<ScheduleSettings>> = object<Written>(
  "A mission that the dugdale starts by itself; sent by apply",
  {
    lane: filledText("Lane of the dugdale"),
    mission: filledText("Name of the mission"),
    input: json,
    timeout: filledText("How long it may run, such as 2h"),
    priority: oneOf("How urgent it is in its lane", PRIORITIES, "normal"),
    tags: list("Words that its missions are found by", filledText("A tag")),
    owner: filledText("Who or what it is for"),
    notify: filledText("Hook of the dugdale that is told of its missions"),
    key: filledText("What the work is about, such as order-42"),
    unique: oneOf("Nothing is started while there is such a mission with the same key", UNIQUE_RULES),
    serial: flag("Missions with the same key run one after the other", { default: false }),
    retry: laneOptionFields.retry,
    on_success: successor("Queued when the mission has succeeded"),
    on_failure: successor("Queued when it has ended in any other way"),
    cron: filledText(
      "minute, hour, day, month, day of the week; with six fields seconds come first; or @daily and its like",
    ),
    every: filledText("Instead of cron: such as 15m, counted from 1970 in UTC"),
    tz: filledText("IANA time zone of cron and until", { default: "UTC" }),
    overlap: oneOf("While the last mission is not done: fire all the same, skip, or end that one first", [
      "allow",
      "skip",
      "replace",
    ], "skip"),
    missed: oneOf("Times that passed while the dugdale was stopped or the schedule paused", [
      "skip",
      "once",
      "all",
    ], "once"),
    jitter: filledText("Each fire is late by a part of it, such as 30s"),
    until: filledText("Nothing is fired from then on, such as 2027-01-01"),
    paused: flag("Fire nothing until continued", { default: false }),
  },
  ["lane", "mission"],
);
