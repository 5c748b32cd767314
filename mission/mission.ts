/** The function style: a mission is a function that returns its result. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import { MissionContext } from "./context.ts";
import type { Ending } from "./ending.ts";
import type { AnyOptions, MissionOptions, ParsingOptions } from "./options.ts";
import { openSession, type Session } from "./session.ts";
import { printLine } from "./stderr.ts";
import { traceOf } from "./thrown.ts";

/** A mission returns an object as its result, or nothing. */
export type MissionFunction<Input> = (
  m: MissionContext<Input>,
) => object | undefined | void | Promise<object | undefined | void>;

/** Argument of the `after` hook. */
export type MissionResult =
  | { readonly ok: true; readonly value: object | undefined }
  | { readonly ok: false; readonly error: unknown };

/** Hooks around a mission, for example to open and close a connection. */
export interface MissionHooks<Input> {
  /** Runs first, once the input is parsed; an exception fails the mission. */
  readonly before?: (m: MissionContext<Input>) => unknown;
  /**
   * Runs last, after a success, a failure and a signal alike, if `before` has begun. An exception fails a successful
   * mission; a failed mission keeps its failure.
   */
  readonly after?: (m: MissionContext<Input>, result: MissionResult) => unknown;
}

/**
 * Runs a mission and ends the process: with the return value as the result, or with the exception as the failure. It
 * must be the last call of a script: the promise resolves as soon as the mission has begun, since a pending top-level
 * await would keep Deno from detecting that nothing can continue any more.
 *
 * Under a dugdale the input comes from stdin and reports go to descriptor 3. Otherwise the same script runs from a
 * shell: `--input=<json>` or `--input-file=<path>` gives the input, progress goes to stderr, the result to stdout.
 *
 * @throws {AlreadyStartedError} When this process already runs a mission.
 */
export function mission<Input>(
  run: MissionFunction<Input>,
  options: ParsingOptions<Input> & MissionHooks<Input>,
): Promise<void>;
/** Runs a mission that reads its input by paths, without a parser. */
export function mission(
  run: MissionFunction<JsonValue>,
  options?: MissionOptions & MissionHooks<JsonValue>,
): Promise<void>;
// deno-lint-ignore require-await -- what it throws is to be a rejection
export async function mission<Input>(
  run: MissionFunction<Input>,
  options: AnyOptions<Input> & MissionHooks<Input> = {},
): Promise<void> {
  const session = openSession();
  endingOf(session, run, options).then((ending) => session.end(ending));
}

async function endingOf<Input>(
  session: Session,
  run: MissionFunction<Input>,
  options: AnyOptions<Input> & MissionHooks<Input>,
): Promise<Ending> {
  let m: MissionContext<Input>;
  try {
    m = new MissionContext(session, options);
  } catch (error) {
    return session.toFailure(error);
  }
  const { ending, result } = await runOnce(session, m, run, options.before);
  try {
    await options.after?.(m, result);
  } catch (error) {
    if (ending.ok) return session.toFailure(error);
    printLine(session.host, `letts mission: after the failure the after hook failed too: ${traceOf(error)}`);
  }
  return ending;
}

async function runOnce<Input>(
  session: Session,
  m: MissionContext<Input>,
  run: MissionFunction<Input>,
  before: MissionHooks<Input>["before"],
): Promise<{ ending: Ending; result: MissionResult }> {
  try {
    const value = await untilStray(session, async () => {
      await before?.(m);
      return await run(m) as object | undefined;
    });
    return { ending: session.toSuccess(value), result: { ok: true, value } };
  } catch (error) {
    return { ending: session.toFailure(error), result: { ok: false, error } };
  }
}

/** The end of the function, or the first uncaught error. */
async function untilStray<Value>(session: Session, work: () => Promise<Value>): Promise<Value> {
  const stray = new Promise<never>((_, reject) => session.onStray = reject);
  session.host.onIdle(() => {
    if (session.onStray === undefined) return false;
    // It may wait for a signal, which does not keep the process alive.
    if (session.interrupts.canWake) setInterval(() => {}, HOUR_MS);
    else setTimeout(session.onStray, 0, new StuckError());
    return true;
  });
  try {
    return await Promise.race([work(), stray]);
  } finally {
    session.onStray = undefined;
  }
}

const HOUR_MS = 3_600_000;

/** Nothing is left in the process that could resume the mission's function. */
class StuckError extends Error {
  override readonly name = "StuckError";

  constructor() {
    super(
      "the mission awaits a promise that can never settle: the event loop is empty",
    );
  }
}
