/**
 * The options of lanes in letts.yaml. What a value may be is the rule of the wire; here is how it is written.
 *
 * @module
 */
import * as v from "valibot";
import { LANE_OPTIONS, type LaneOptions } from "../../protocol/lane_options.ts";
import type { Fields } from "../yaml/collections.ts";
import type { Decoder } from "../yaml/decoder.ts";
import { filledText } from "../yaml/scalars.ts";

/** A value that keeps the rule of its option on the wire. */
function option<Value>(rule: v.GenericSchema<unknown, Value>, written: Decoder<unknown>): Decoder<Value> {
  return {
    schema: written.schema,
    decode(value) {
      const typed = written.decode(value);
      if (typed === undefined) return undefined;
      const result = v.safeParse(rule, typed, { abortEarly: true });
      if (result.success) return result.output;
      const { path = [], message } = result.issues[0];
      return value.fail([...path.map(({ key }) => String(key)), message].join(" "));
    },
  };
}

/** A field for each option. */
export const laneOptionFields: Fields<LaneOptions> = {
  timeout: option(
    LANE_OPTIONS.timeout,
    filledText("How long a mission without a timeout may run; 0 is no limit"),
  ),
  pick: option(
    LANE_OPTIONS.pick,
    filledText("strict: the highest priority first; weighted: 6 of high, 3 of normal, 2 of low in turn", {
      enum: ["strict", "weighted"],
      default: "strict",
    }),
  ),
};
