import { assert, assertEquals, assertRejects } from "@std/assert";
import { parseRetryAfter } from "../../../client/http/answer.ts";
import { HttpError, NetworkError } from "../../../client/errors.ts";
import type { LettsError } from "../../../protocol/letts_error.ts";
import { pauseBeforeRetry, retrying, retryPolicy } from "../../../client/http/retry.ts";

const policy = retryPolicy({ backoffMs: [0], retryAfterMaxMs: 5000 });
const http = (code: string, status: number, retryAfterMs?: number) =>
  new HttpError(code, "", { status, retryAfterMs });

Deno.test("pauseBeforeRetry() says when a failure is worth another try", () => {
  const cases: [LettsError | Error, number | undefined][] = [
    [new NetworkError("", { host: "s1" }), 0],
    [new NetworkError("", { host: "s1" }, "timeout"), 0],
    [http("db_error", 500), 0],
    [http("http_502", 502), 0],
    [http("http_503", 503, 2000), 2000],
    [http("http_503", 503, 6000), undefined],
    [http("draining", 503, 5000), 5000],
    [http("draining", 503), undefined],
    [http("rate_limited", 429, 1000), 1000],
    [http("rate_limited", 429), undefined],
    [http("queue_full", 503, 1000), undefined],
    [http("disk_quota", 503, 1000), undefined],
    [http("awaiting_manual_repair", 503), undefined],
    [http("not_found", 404), undefined],
    [http("http_418", 418), undefined],
    [new TypeError("a bug"), undefined],
  ];
  for (const [error, waitMs] of cases) {
    assertEquals(pauseBeforeRetry(error, 1, policy), waitMs, String(error));
  }
});

Deno.test("pauseBeforeRetry() goes through the pauses, repeats the last and spreads each by a fifth", () => {
  const waits = retryPolicy({ backoffMs: [100, 500] });
  for (const [tries, middle] of [[1, 100], [2, 500], [9, 500]] as const) {
    for (let n = 0; n < 50; n++) {
      const waitMs = pauseBeforeRetry(new NetworkError("", { host: "s1" }), tries, waits) ?? -1;
      assert(Math.abs(waitMs - middle) <= middle / 5, `${waitMs} after ${tries}`);
    }
  }
});

Deno.test("retryPolicy() makes at least one try, and takes an empty list as none given", () => {
  assertEquals(retryPolicy({ attempts: 0, backoffMs: [] }), {
    attempts: 1,
    backoffMs: [100, 500, 2000],
    retryAfterMaxMs: 10_000,
  });
});

Deno.test("retrying() throws the last error unchanged", async () => {
  const errors = [1, 2, 3].map((n) => new NetworkError(String(n), { host: "s1" }));
  let n = 0;
  const error = await assertRejects(() => retrying({ policy }, () => Promise.reject(errors[n++])));
  assertEquals([error, n], [errors[2], 3]);
});

Deno.test("parseRetryAfter() understands seconds and dates", () => {
  const now = Date.parse("2024-01-01T00:00:00Z");
  assertEquals(parseRetryAfter("7", now), 7000);
  assertEquals(parseRetryAfter("Mon, 01 Jan 2024 00:00:09 GMT", now), 9000);
  assertEquals(parseRetryAfter("Mon, 01 Jan 2023 00:00:09 GMT", now), 0);
  assertEquals(parseRetryAfter("soon", now), undefined);
  assertEquals(parseRetryAfter(null, now), undefined);
});
