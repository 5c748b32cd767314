/**
 * Calls to several dugdales at once.
 *
 * @module
 */
import { LinkedAbort } from "./abort.ts";
import { ArgumentError, WaitTimeoutError } from "./errors.ts";
import { LettsError } from "../protocol/letts_error.ts";
import type { CallOptions, FleetAnswers, HostAnswer, HostFailure, ManyOptions } from "./types.ts";

/** Items in progress at the same time, unless the caller says otherwise. */
const CONCURRENCY = 64;

/**
 * Does the same for every item, some at a time, and gives what came of them in their order. `work` reports a failure
 * of its item in its value; what it throws is a bug or ends the whole, and aborts the others.
 *
 * @param options `waitMs` counts for all items together, from the start.
 * @throws {ArgumentError} When `concurrency` is less than one.
 */
export async function fanOut<Item, Value>(
  items: readonly Item[],
  work: (item: Item, signal: AbortSignal, index: number) => Promise<Value>,
  { concurrency = CONCURRENCY, waitMs, signal }: ManyOptions = {},
): Promise<Value[]> {
  if (!(concurrency >= 1)) throw new ArgumentError(`concurrency ${concurrency} must be at least 1`);
  const abort = new LinkedAbort(signal);
  if (waitMs !== undefined) abort.abortAfter(waitMs, () => new WaitTimeoutError(waitMs));
  const values: Value[] = [];
  const waiting = items.entries();
  const workers = Array.from({ length: Math.min(concurrency, items.length) }, async () => {
    for (const [index, item] of waiting) values[index] = await work(item, abort.signal, index);
  });
  try {
    await Promise.all(workers);
    return values;
  } catch (error) {
    abort.abort(error);
    await Promise.allSettled(workers);
    throw error;
  } finally {
    abort.release();
  }
}

/**
 * Asks all hosts the same at once. One that cannot answer does not hide the answers of the others.
 *
 * @param hosts Ids of dugdales.
 * @throws The signal's reason when it aborts first.
 */
export async function askAll<Value>(
  hosts: readonly string[],
  ask: (host: string, signal: AbortSignal) => Promise<Value>,
  { signal }: CallOptions = {},
): Promise<FleetAnswers<Value>> {
  const answers: HostAnswer<Value>[] = [];
  const unavailable: HostFailure[] = [];
  const results = await fanOut(hosts, async (host, linked) => {
    try {
      return { ok: true, host, value: await ask(host, linked) } as const;
    } catch (error) {
      if (!(error instanceof LettsError) || linked.aborted) throw error;
      return { ok: false, host, error } as const;
    }
  }, { concurrency: Infinity, signal });
  for (const result of results) {
    if (result.ok) answers.push({ host: result.host, value: result.value });
    else unavailable.push({ host: result.host, error: result.error });
  }
  return { answers, unavailable };
}
