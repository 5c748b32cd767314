import { assertEquals, assertRejects } from "@std/assert";
import { retryTransient } from "../../../dugdale/store/retry_transient.ts";
import { HandClock } from "../hand_clock.ts";

const full = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
const broken = Object.assign(new Error("constraint failed"), { code: "ERR_SQLITE_ERROR", errcode: 19 });

/** Lets every timer be due at once, and notes its delay. */
class ImpatientClock extends HandClock {
  readonly pausesMs: number[] = [];

  override after(ms: number, action: () => void): Disposable {
    this.pausesMs.push(ms);
    queueMicrotask(action);
    return { [Symbol.dispose]() {} };
  }
}

/** Fails so many times; counts tries and pauses. */
function failing(error: Error, times: number) {
  const clock = new ImpatientClock();
  const seen = { tries: 0, retries: 0 };
  const write = (): Promise<string> =>
    ++seen.tries <= times ? Promise.reject(error) : Promise.resolve("written");
  return { clock, seen, write, options: { clock, onRetry: () => void seen.retries++ } };
}

Deno.test("retryTransient() tries ten times what may pass, and then reports why it did not", async () => {
  const nine = failing(full, 9), ten = failing(full, 10);
  assertEquals(await retryTransient(nine.write, nine.options), "written");
  assertEquals(nine.seen, { tries: 10, retries: 9 });
  assertEquals(nine.clock.pausesMs, [50, 100, 200, 400, 800, 1600, 2000, 2000, 2000], "ten seconds together");
  assertEquals(await assertRejects(() => retryTransient(ten.write, ten.options)), full);
  assertEquals(ten.seen, { tries: 10, retries: 9 });
});

Deno.test("retryTransient() goes on for as long as it is wanted", async () => {
  const { seen, write, options, clock } = failing(full, 30);
  assertEquals(await retryTransient(write, { ...options, shouldContinue: () => true }), "written");
  assertEquals(seen, { tries: 31, retries: 30 });
  assertEquals(clock.pausesMs.at(-1), 10_000);
  const other = failing(full, 30);
  await assertRejects(() =>
    retryTransient(other.write, { ...other.options, shouldContinue: () => other.seen.tries < 15 })
  );
  assertEquals(other.seen.tries, 15);
});

Deno.test("retryTransient() does not retry what no retry can help", async () => {
  const { seen, write, options } = failing(broken, 1);
  await assertRejects(() => retryTransient(write, { ...options, shouldContinue: () => true }));
  assertEquals(seen, { tries: 1, retries: 0 });
});
