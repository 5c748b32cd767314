/**
 * JSON replies: read whole and validated.
 *
 * @module
 */
import * as v from "valibot";
import { type Replies, type RouteKey, ROUTES } from "../../protocol/routes.ts";
import { NetworkError } from "../errors.ts";
import type { LettsErrorFacts } from "../../protocol/letts_error.ts";
import type { GuardedReply } from "./reply.ts";
import { readText } from "./text.ts";

/** Maximum length of a reply that is read into memory. */
const LIMIT_BYTES = 256 * 1024 * 1024;

type Facts = LettsErrorFacts & { readonly host: string };

/** The whole text of a reply. @throws {NetworkError} When it is too long; code `bad_reply`. */
export async function readReply(reply: GuardedReply, facts: Facts): Promise<string> {
  const { text, truncated } = await readText(reply.body, LIMIT_BYTES);
  if (truncated) throw new NetworkError(`response is longer than ${LIMIT_BYTES} bytes`, facts, "bad_reply");
  return text;
}

/** The reply of a route. @throws {NetworkError} When it does not match the route's schema; code `bad_reply`. */
export function parseReply<R extends RouteKey>(route: R, text: string, facts: Facts): Replies[R] {
  const schema = ROUTES[route].reply;
  if (schema === undefined) throw new TypeError(`route ${route} is not answered with JSON`);
  let body: unknown;
  try {
    body = JSON.parse(text === "" ? "{}" : text);
  } catch (cause) {
    throw new NetworkError("response is not JSON", { ...facts, cause }, "bad_reply");
  }
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output as Replies[R]; // the table ties the schema of a route to its type
  const [issue] = parsed.issues;
  const key = v.getDotPath(issue) ?? "(root)";
  throw new NetworkError(`invalid response at ${key}: ${issue.message}`, facts, "bad_reply");
}
