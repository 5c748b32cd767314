import { assertEquals, assertRejects } from "@std/assert";
import { retryTransient } from "../../../dugdale/store/retry_transient.ts";

const full = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
const broken = Object.assign(new Error("constraint failed"), { code: "ERR_SQLITE_ERROR", errcode: 19 });

/** Fails so many times; counts tries and pauses. */
function failing(error: Error, times: number) {
  const seen = { tries: 0, pauses: 0 };
  const write = (): Promise<string> =>
    ++seen.tries <= times ? Promise.reject(error) : Promise.resolve("written");
  return { seen, write, options: { onRetry: () => void seen.pauses++, firstPauseMs: 0 } };
}

Deno.test("retryTransient() tries ten times what may pass, and then tells why it did not", async () => {
  const nine = failing(full, 9), ten = failing(full, 10);
  assertEquals(await retryTransient(nine.write, nine.options), "written");
  assertEquals(nine.seen, { tries: 10, pauses: 9 });
  assertEquals(await assertRejects(() => retryTransient(ten.write, ten.options)), full);
  assertEquals(ten.seen, { tries: 10, pauses: 9 });
});

Deno.test("retryTransient() goes on for as long as it is wanted", async () => {
  const { seen, write, options } = failing(full, 30);
  assertEquals(await retryTransient(write, { ...options, shouldContinue: () => true }), "written");
  assertEquals(seen, { tries: 31, pauses: 30 });
  const other = failing(full, 30);
  await assertRejects(() =>
    retryTransient(other.write, { ...other.options, shouldContinue: () => other.seen.tries < 15 })
  );
  assertEquals(other.seen.tries, 15);
});

Deno.test("retryTransient() does not retry what no retry can help", async () => {
  const { seen, write, options } = failing(broken, 1);
  await assertRejects(() => retryTransient(write, { ...options, shouldContinue: () => true }));
  assertEquals(seen, { tries: 1, pauses: 0 });
});
