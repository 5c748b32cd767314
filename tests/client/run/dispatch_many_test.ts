import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  ArgumentError,
  BadRequestError,
  ConflictError,
  type DispatchOutcome,
  type LettsError,
  NetworkError,
  UnsupportedFeatureError,
} from "../../../client/mod.ts";
import { FakeDugdale, openFakeClient } from "../../../testing/mod.ts";
import { type Handler, ID, openClient, problem, Scripted } from "../scripted.ts";
import { openFakePair, openPair } from "../with_dugdale.ts";

interface Sent {
  readonly mission_id: string;
  readonly input?: number;
}

const INFO = {
  version: "2",
  uptime_seconds: 1,
  applied_at: null,
  queue_summary: { queued: 0, running: 0 },
  features: ["dispatch_batch"],
};

/** Announces batches, and answers them. */
function batches(answer: (missions: readonly Sent[]) => Response): Handler {
  return ({ target, text }) =>
    target === "/v1/dispatch/batch" ? answer(JSON.parse(text).missions) : Response.json(INFO);
}

const takeAll = (missions: readonly Sent[]) =>
  Response.json({ results: missions.map(({ mission_id }) => ({ mission_id, ok: true, status: "queued" })) });

const summary = (outcomes: readonly DispatchOutcome[]) =>
  outcomes.map((outcome) => outcome.ok ? outcome.ref.status : outcome.error.code);

Deno.test("dispatchMany() sends at most 1000 missions a request, each with an id of its own", async () => {
  const sizes: number[] = [];
  await using server = new Scripted(batches((missions) => {
    sizes.push(missions.length);
    return takeAll(missions);
  }));
  await using client = await openClient([server]);
  const missions = Array.from({ length: 2001 }, (_, input) => ({ mission: "m", input }));
  const outcomes = await client.dispatchMany({ route: "r" }, missions);
  assertEquals([sizes, outcomes.length], [[1000, 1000, 1], 2001]);
  const ids = outcomes.map((outcome) => outcome.ok ? outcome.ref.missionId : "");
  assertEquals(new Set(ids).size, 2001);
  const sent = server.seen.filter(({ method }) => method === "POST").flatMap(({ text }) =>
    JSON.parse(text).missions as Sent[]
  );
  assertEquals(sent.map(({ mission_id, input }) => [mission_id, input]), ids.map((id, input) => [id, input]));
});

Deno.test("dispatchMany() splits a request that would be too long, and sends a long mission alone", async () => {
  const sizes: number[] = [];
  await using server = new Scripted(batches((missions) => {
    sizes.push(missions.length);
    return takeAll(missions);
  }));
  await using client = await openClient([server]);
  const long = (characters: number) => ({ mission: "m", input: "x".repeat(characters) });
  await client.dispatchMany({ route: "r" }, [
    long(600_000),
    long(600_000),
    long(3_000_000),
    long(1),
    long(2),
  ]);
  assertEquals(sizes, [1, 1, 1, 2]);
});

Deno.test("dispatchMany() asks an old dugdale before it sends anything, and sends nothing", async () => {
  await using server = new Scripted(() => Response.json({ ...INFO, features: undefined }));
  await using client = await openClient([server]);
  await assertRejects(
    () => client.dispatchMany({ route: "r" }, [{ mission: "m" }]),
    UnsupportedFeatureError,
    "dispatch_batch",
  );
  assertEquals(server.log, ["GET /v1/dugdale"]);
});

Deno.test("dispatchMany() tells what became of each mission, in their order, and reports the refused ones", async () => {
  await using server = new Scripted(batches((missions) =>
    Response.json({
      results: missions.map(({ mission_id, input }) =>
        input === 1
          ? { mission_id, ok: false, error: "unknown_lane", message: "no lane", details: { lane: "x" } }
          : input === 2
          ? { mission_id, ok: false, error: "idempotency_conflict" }
          : { mission_id, ok: true, status: input === 3 ? "done" : "queued" }
      ),
    })
  ));
  const reported: string[] = [];
  await using client = await openClient([server], {
    onLaunchFailure: ({ method, missionId, error }) => reported.push(`${method} ${missionId} ${error.code}`),
  });
  const missions = [0, 1, 2, 3].map((input) => ({ mission: "m", input }));
  const outcomes = await client.dispatchMany({ route: "r" }, missions);
  assertEquals(summary(outcomes), ["queued", "unknown_lane", "idempotency_conflict", "done"]);
  const errors = outcomes.flatMap((outcome) => outcome.ok ? [] : [outcome]);
  assertInstanceOf(errors[0]?.error, BadRequestError);
  assertInstanceOf(errors[1]?.error, ConflictError);
  assertEquals([errors[0].error.message, errors[0].error.details], [
    "[s1] HTTP 400 unknown_lane: no lane",
    { lane: "x" },
  ]);
  assertEquals(reported, errors.map(({ missionId, error }) => `dispatchMany ${missionId} ${error.code}`));
});

Deno.test("dispatchMany() makes a request that fails the outcome of its missions, and sends the others", async () => {
  let requests = 0;
  await using server = new Scripted(
    batches((missions) => ++requests === 1 ? problem(413, "payload_too_large") : takeAll(missions)),
  );
  await using client = await openClient([server], { retry: { attempts: 1 } });
  const missions = Array.from({ length: 1002 }, () => ({ mission: "m" }));
  const outcomes = summary(await client.dispatchMany({ route: "r" }, missions));
  assertEquals([outcomes[0], outcomes[999], outcomes[1000], outcomes[1001]], [
    "payload_too_large",
    "payload_too_large",
    "queued",
    "queued",
  ]);
});

Deno.test("dispatchMany() sends the same bytes again after a lost answer", async () => {
  let requests = 0;
  await using server = new Scripted(
    batches((missions) => ++requests === 1 ? problem(500, "db_error") : takeAll(missions)),
  );
  await using client = await openClient([server]);
  assertEquals(summary(await client.dispatchMany({ route: "r" }, [{ mission: "m" }])), ["queued"]);
  const [first, second] = server.seen.filter(({ method }) => method === "POST");
  assert(first !== undefined);
  assertEquals(first.text, second?.text);
});

Deno.test("dispatchMany() sends nothing when one of the missions can only be a mistake", async () => {
  await using server = new Scripted(batches(takeAll));
  await using client = await openClient([server]);
  for (
    const wrong of [{ mission: "../up" }, { mission: "m", missionId: "x" }, { mission: "m", timeout: -1 }]
  ) {
    await assertRejects(
      () => client.dispatchMany({ route: "r" }, [{ mission: "m" }, wrong]),
      ArgumentError,
    );
  }
  assertEquals(server.log, []);
});

Deno.test("dispatchMany() ends with the reason of its signal", async () => {
  await using server = new Scripted(batches(takeAll));
  await using client = await openClient([server]);
  const reason = new Error("enough");
  const error = await assertRejects(() =>
    client.dispatchMany({ route: "r" }, [{ mission: "m" }], { signal: AbortSignal.abort(reason) })
  );
  assertEquals(error, reason);
});

Deno.test("dispatchMany() fails a mission whose answer is missing", async () => {
  await using server = new Scripted(batches(() => Response.json({ results: [] })));
  await using client = await openClient([server]);
  const [outcome] = await client.dispatchMany({ route: "r" }, [{ mission: "m", missionId: ID }]);
  assertEquals(outcome?.ok === false && [outcome.missionId, outcome.error.code], [ID, "internal"]);
});

for (const [name, open] of [["a dugdale", openPair], ["a fake dugdale", openFakePair]] as const) {
  Deno.test(`dispatchMany() with ${name} uploads a file of several missions once, and they all run`, async () => {
    await using pair = await open();
    const { client } = pair;
    const text = new TextEncoder().encode("three words here");
    const unreadable = `${pair.folder}/absent`;
    const outcomes = await client.dispatchMany({ route: "r" }, [
      { mission: "count", files: { text } },
      { mission: "count", files: { text: unreadable } },
      { mission: "count", files: { text } },
    ]);
    assertEquals(outcomes.map(({ ok }) => ok), [true, false, true]);
    const staged = new Set<string>();
    for (const outcome of outcomes) {
      if (!outcome.ok) {
        assertEquals(outcome.error.code, "file_unreadable");
        continue;
      }
      for await (const event of client.follow(outcome.ref)) {
        if (event.event === "done") assertEquals(event.outcome, "success");
      }
      const mission = await client.getMission(outcome.ref.missionId);
      for (const { staging_id } of mission?.inputs ?? []) staged.add(staging_id);
    }
    assertEquals(staged.size, 1);
  });
}

Deno.test("a fake dugdale makes the lanes of a batch, and can fail it", async () => {
  await using dugdale = new FakeDugdale().on("m", () => ({}));
  await using client = await openFakeClient({ s1: dugdale }, { retry: { attempts: 1 } });
  dugdale.fail({ route: "dispatchBatch", drop: "after" });
  const missions = [{ mission: "m" }, { mission: "m" }];
  const lost = await client.dispatchMany({ host: "s1", lane: "new" }, missions);
  assertEquals(lost.map((outcome) => !outcome.ok && outcome.error instanceof NetworkError), [true, true]);
  assertEquals(dugdale.missions.map(({ order }) => order.lane), ["new", "new"]);
  const errors: readonly (LettsError | undefined)[] = lost.map((outcome) =>
    outcome.ok ? undefined : outcome.error
  );
  assertEquals(errors.map((error) => error?.retryable), [true, true]);
});
