/** The function style: a mission is a function that returns its result. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import { registeredTracer, traced, withinTrace } from "../protocol/tracing.ts";
import { MissionContext } from "./context.ts";
import type { Ending } from "./ending.ts";
import type { Host } from "./host.ts";
import type { AnyOptions, MissionOptions, ParsingOptions } from "./options.ts";
import { messageOf } from "./permission.ts";
import { type ReportContext, type Reporter, Reports } from "./reports.ts";
import { type Provide, servicesOf } from "./services.ts";
import { openSession, type Session } from "./session.ts";
import { printLine } from "./stderr.ts";
import { traceOf } from "./thrown.ts";

/** A mission returns an object as its result, or nothing. */
export type MissionFunction<Input, Services = undefined> = (
  m: MissionContext<Input, Services>,
) => object | undefined | void | Promise<object | undefined | void>;

/** Argument of the `after` hook. */
export type MissionResult =
  | { readonly ok: true; readonly value: object | undefined }
  | { readonly ok: false; readonly error: unknown };

/** Hooks around a mission, for example to open and close a connection. */
export interface MissionHooks<Input, Services = undefined> {
  /**
   * Makes what the mission works with, as `m.services`. Runs before `before`, and once for each process: missions that run
   * in the same one share it. An exception fails the mission.
   */
  readonly provide?: Provide<Services>;
  /** Told about errors: about the one that ends the mission, unless it was interrupted, and about each warning. */
  readonly reporters?: readonly Reporter<Services>[];
  /** Runs first, once the input is parsed; an exception fails the mission. */
  readonly before?: (m: MissionContext<Input, Services>) => unknown;
  /**
   * Runs last, after a success, a failure and a signal alike, if `before` has begun. An exception fails a successful
   * mission; a failed mission keeps its failure.
   */
  readonly after?: (m: MissionContext<Input, Services>, result: MissionResult) => unknown;
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
export function mission<Input, Services = undefined>(
  run: MissionFunction<Input, Services>,
  options: ParsingOptions<Input> & MissionHooks<Input, Services>,
): Promise<void>;
/** Runs a mission that reads its input by paths, without a parser. */
export function mission<Services = undefined>(
  run: MissionFunction<JsonValue, Services>,
  options?: MissionOptions & MissionHooks<JsonValue, Services>,
): Promise<void>;
// deno-lint-ignore require-await -- what it throws is to be a rejection
export async function mission<Input, Services>(
  run: MissionFunction<Input, Services>,
  options: MissionSetup<Input, Services> = {},
): Promise<void> {
  const session = openSession();
  endingOf(session, run, options).then((ending) => session.end(ending));
}

/** Everything that the two overloads of {@linkcode mission} take together. */
export type MissionSetup<Input, Services> = AnyOptions<Input> & MissionHooks<Input, Services>;

/** Runs the mission of a session to its end, which is still to be reported. */
export async function endingOf<Input, Services>(
  session: Session,
  run: MissionFunction<Input, Services>,
  options: MissionSetup<Input, Services>,
): Promise<Ending> {
  let m: MissionContext<Input, Services>;
  try {
    m = new MissionContext(session, options);
  } catch (error) {
    return session.toFailure(error);
  }
  const { reporters } = options;
  const reports = reporters && new Reports(session.host, reporters);
  const report = (problem: unknown): void => reports?.tell(problem, contextOf(m));
  session.onWarning = report;
  const ending = await inTrace(session, m, () => runAndTidy(session, m, run, { ...options, report }));
  await reports?.settled();
  return ending;
}

/** `SpanKind` of OpenTelemetry. */
const CONSUMER = 4;

/** In a span of the dispatch's trace, where the process has a provider of OpenTelemetry. */
async function inTrace(
  { host }: Session,
  { id, lane, attempt }: MissionContext<unknown, unknown>,
  work: () => Promise<Ending>,
): Promise<Ending> {
  const tracer = registeredTracer();
  if (tracer === undefined) return await work();
  const attributes = { "letts.mission_id": id, "letts.lane": lane, "letts.attempt": attempt };
  return await withinTrace(
    traceparentOf(host),
    () =>
      traced(tracer, "letts.mission", { kind: CONSUMER, attributes }, async (span) => {
        const ending = await work();
        if (!ending.ok) span.failed(ending.message);
        return ending;
      }),
  );
}

function traceparentOf(host: Host): string | undefined {
  try {
    return host.env("TRACEPARENT");
  } catch (error) {
    printLine(host, `letts mission: no trace of the dispatch: ${messageOf(error)}`);
    return undefined;
  }
}

async function runAndTidy<Input, Services>(
  session: Session,
  m: MissionContext<Input, Services>,
  run: MissionFunction<Input, Services>,
  { report, ...options }: MissionSetup<Input, Services> & { readonly report: (error: unknown) => void },
): Promise<Ending> {
  const { ending, result, hasBegun } = await runOnce(session, m, run, options);
  // What is thrown after a signal is its consequence.
  if (!result.ok && !session.interrupts.signal.aborted) report(result.error);
  try {
    if (hasBegun) await options.after?.(m, result);
  } catch (error) {
    if (ending.ok) {
      report(error);
      return session.toFailure(error);
    }
    printLine(session.host, `letts mission: after the failure the after hook failed too: ${traceOf(error)}`);
  }
  return ending;
}

async function runOnce<Input, Services>(
  session: Session,
  m: MissionContext<Input, Services>,
  run: MissionFunction<Input, Services>,
  { provide, before }: MissionHooks<Input, Services>,
): Promise<{ ending: Ending; result: MissionResult; hasBegun: boolean }> {
  let hasBegun = false;
  try {
    const value = await untilStray(session, async () => {
      if (provide !== undefined) session.services = await servicesOf(provide);
      hasBegun = true;
      await before?.(m);
      return await run(m) as object | undefined;
    });
    return { ending: session.toSuccess(value), result: { ok: true, value }, hasBegun };
  } catch (error) {
    return { ending: session.toFailure(error), result: { ok: false, error }, hasBegun };
  }
}

function contextOf<Input, Services>(m: MissionContext<Input, Services>): ReportContext<Services> {
  const { id, lane, attempt, lastAttempt, lastState, services, report: { data } } = m;
  return { missionId: id, lane, attempt, lastAttempt, state: lastState, data, services };
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
