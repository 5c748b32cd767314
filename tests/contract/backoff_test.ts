import { assert, assertEquals } from "@std/assert";
import { pause } from "./daemon.ts";
import type { Reply } from "./dugdale.ts";
import { assertProblem, ownTest, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale();
const distrustful = sharedDugdale({ settings: { network: { trusted_proxies: ["192.0.2.0/24"] } } });
const unasking = sharedDugdale({ settings: { network: { use_x_forwarded_for: false } } });

Deno.test("the first four wrong tokens cost nothing, the fifth blocks its address for 100 ms", async () => {
  const from = "10.4.0.1";
  for (let time = 1; time <= 4; time++) assertProblem(await wrong(from), 401, "unauthorized");
  assertEquals((await right(from)).status, 200);
  for (let time = 1; time <= 5; time++) assertProblem(await wrong(from), 401, "unauthorized");
  const blocked = await wrong(from);
  assertProblem(blocked, 429, "rate_limited");
  assertEquals(blocked.headers.get("retry-after"), "1");
  assert(await blockedMs(from) < 1000);
});

Deno.test("each further failure doubles the wait, and a blocked request is no failure", async () => {
  const from = "10.4.0.2";
  for (let time = 1; time <= 9; time++) await untilUnblocked(() => wrong(from));
  // The ninth blocks for 1.6 s: long enough for these to come in time even on a busy machine.
  for (let time = 1; time <= 20; time++) assertEquals((await wrong(from)).status, 429);
  await untilUnblocked(() => wrong(from));
  // The tenth blocks for 3.2 s; were blocked requests failures, it would be 30 s by now.
  const seconds = Number((await wrong(from)).headers.get("retry-after"));
  assert(seconds === 3 || seconds === 4, `${seconds} s`);
});

Deno.test("Retry-After reports whole seconds, rounded up", async () => {
  const from = "10.4.0.3";
  for (let time = 1; time <= 9; time++) await untilUnblocked(() => wrong(from));
  // The ninth blocks for 1.6 s.
  assertEquals((await wrong(from)).headers.get("retry-after"), "2");
});

Deno.test("a right token is let in at a blocked address and clears the count", async () => {
  const from = "10.4.0.4";
  for (let time = 1; time <= 5; time++) await wrong(from);
  assertEquals((await wrong(from)).status, 429);
  assertEquals((await right(from)).status, 200);
  for (let time = 1; time <= 5; time++) assertEquals((await wrong(from)).status, 401);
});

Deno.test("a token of the wrong scope neither counts nor clears", async () => {
  const from = "10.4.0.10";
  for (let time = 1; time <= 4; time++) await wrong(from);
  for (let time = 1; time <= 10; time++) {
    assertEquals((await dugdale.get("/v1/admin/state", { as: "dispatch", from })).status, 403);
  }
  assertEquals((await wrong(from)).status, 401);
  assertEquals((await wrong(from)).status, 429);
});

Deno.test("a request without any token does not count", async () => {
  const from = "10.4.0.11";
  for (let time = 1; time <= 20; time++) {
    assertProblem(await dugdale.get("/v1/admin/state", { as: "anonymous", from }), 401, "unauthorized");
  }
  assertEquals((await wrong(from)).status, 401);
});

Deno.test("wrong tokens of POST /v1/dispatch count as well", async () => {
  const from = "10.4.0.5";
  const guess = { headers: { authorization: "Bearer wrong" }, from };
  for (let time = 1; time <= 5; time++) {
    assertProblem(await dugdale.dispatch({ mission: "silent.sh" }, guess), 401, "unauthorized");
  }
  assertProblem(await dugdale.dispatch({ mission: "silent.sh" }, guess), 429, "rate_limited");
  assertEquals((await dugdale.dispatch({ mission: "silent.sh" }, { from })).status, 202);
});

Deno.test("addresses are counted apart; the left-most forwarded one is the client's", async () => {
  for (let time = 1; time <= 5; time++) await wrong("10.4.0.6, 10.4.0.99");
  assertEquals((await wrong("10.4.0.6")).status, 429);
  assertEquals((await wrong("10.4.0.7")).status, 401);
  assertEquals((await wrong("10.4.0.99")).status, 401);
});

Deno.test("all addresses of an IPv6 network of 64 bits are counted together", async () => {
  for (let time = 1; time <= 5; time++) await wrong(`2001:db8:0:7::${time}`);
  assertEquals((await wrong("2001:db8:0:7:1:2:3:4")).status, 429);
  assertEquals((await wrong("2001:db8:0:8::1")).status, 401);
});

Deno.test("an invalid forwarded address counts for the peer", async () => {
  for (let time = 1; time <= 5; time++) await wrong("not an address");
  const peer = await dugdale.get("/v1/admin/state", { headers: { authorization: "Bearer wrong" } });
  assertEquals(peer.status, 429);
  assertEquals((await wrong("also no address")).status, 429);
  assertEquals((await wrong("10.4.0.8")).status, 401);
  assertEquals((await dugdale.get("/v1/admin/state")).status, 200);
});

ownTest(
  "a forwarded address counts only from a trusted proxy, and only with use_x_forwarded_for",
  async () => {
    for (const dugdale of [distrustful, unasking]) {
      const wrong = { headers: { authorization: "Bearer wrong" } };
      for (let time = 1; time <= 5; time++) {
        await dugdale.get("/v1/admin/state", { ...wrong, from: `10.4.1.${time}` });
      }
      assertProblem(
        await dugdale.get("/v1/admin/state", { ...wrong, from: "10.4.1.9" }),
        429,
        "rate_limited",
      );
    }
  },
);

Deno.test("unknown paths and wrong methods are answered while an address is blocked", async () => {
  const from = "10.4.0.9";
  for (let time = 1; time <= 5; time++) await wrong(from);
  assertEquals((await dugdale.get("/v1/nothing", { from })).status, 404);
  assertEquals((await dugdale.post("/v1/lanes", {}, { from })).status, 405);
  assertEquals((await dugdale.get("/v1/readyz", { from })).status, 200);
  assertEquals((await wrong(from)).status, 429);
});

function wrong(from: string): Promise<Reply> {
  return dugdale.get("/v1/admin/state", { headers: { authorization: "Bearer wrong" }, from });
}

function right(from: string): Promise<Reply> {
  return dugdale.get("/v1/admin/state", { from });
}

async function blockedMs(from: string): Promise<number> {
  const sinceMs = performance.now();
  await untilUnblocked(() => wrong(from));
  return performance.now() - sinceMs;
}

/** Repeats a request until it is answered with something else than 429. */
async function untilUnblocked(send: () => Promise<Reply>): Promise<void> {
  while ((await send()).status === 429) await pause(10);
}
