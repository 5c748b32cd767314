import * as v from "valibot";
import { quote } from "../../protocol/clip.ts";
import type { ProblemCode } from "../../protocol/problem.ts";
import type { ObjectShape } from "../../protocol/schemas.ts";
import { ProblemError } from "../problem_error.ts";

const MIN_INT64 = -(2n ** 63n), MAX_INT64 = 2n ** 63n - 1n;
const PAGE_MAX = 1000;

/**
 * Parses a query by its schema. The first of repeated parameters counts, an empty one is absent, and a flag is true
 * only if it is `true`, in any case.
 *
 * @throws {ProblemError} With the given code, when a parameter is missing or invalid.
 */
export function readQuery<Query>(
  schema: ObjectShape<Query>,
  parameters: URLSearchParams,
  code: ProblemCode = "bad_request",
): Query {
  const query: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(schema.entries)) {
    const text = parameters.get(name) ?? "";
    const parsed = v.safeParse(entry, toValue(entry, text));
    if (!parsed.success) {
      throw new ProblemError(code, `${name} must be ${parsed.issues[0].message}, not ${quote(text)}`);
    }
    query[name] = parsed.output;
  }
  return query as Query; // each member has been checked
}

function toValue(schema: v.GenericSchema, text: string): unknown {
  if (schema.type === "optional") {
    // The static type of a schema does not expose the wrapped one.
    return text === ""
      ? undefined
      : toValue((schema as unknown as { wrapped: v.GenericSchema }).wrapped, text);
  }
  if (schema.type === "boolean") return text.toLowerCase() === "true";
  if (schema.type === "number") return toInteger(text);
  return text;
}

/** NaN if it is not a 64-bit integer. */
function toInteger(text: string): number {
  if (!/^[+-]?\d{1,64}$/.test(text)) return NaN;
  const integer = BigInt(text.replace(/^\+/, ""));
  return integer >= MIN_INT64 && integer <= MAX_INT64 ? Number(integer) : NaN;
}

/** Number of entries in a page. */
export function pageLimit({ limit = 100 }: { readonly limit?: number | undefined }): number {
  return Math.min(limit, PAGE_MAX);
}
