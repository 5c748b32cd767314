import { AsyncLocalStorage } from "node:async_hooks";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  LettsClient,
  MissionFailedError,
  type Span,
  type SpanSettings,
  type Tracer,
} from "../../client/mod.ts";
import { FakeDugdale, FakeEnd, openFakeClient } from "../../testing/mod.ts";
import { ID, openClient, problem, Scripted } from "./scripted.ts";

/** What a span was told. */
interface Told {
  readonly name: string;
  readonly parent: string | undefined;
  readonly traceparent: string;
  readonly attributes: Record<string, unknown>;
  status: string | undefined;
  ended: boolean;
}

/** A tracer that keeps what it is told. */
class Recorder implements Tracer {
  readonly spans: Told[] = [];
  readonly #active = new AsyncLocalStorage<string>();
  readonly #traceId: string;

  constructor(traceId = "1".repeat(32)) {
    this.#traceId = traceId;
  }

  startActiveSpan<Value>(name: string, { attributes }: SpanSettings, work: (span: Span) => Value): Value {
    const spanId = String(this.spans.length + 1).padStart(16, "0");
    const told: Told = {
      name,
      parent: this.#active.getStore(),
      traceparent: `00-${this.#traceId}-${spanId}-01`,
      attributes: { ...attributes },
      status: undefined,
      ended: false,
    };
    this.spans.push(told);
    const span: Span = {
      spanContext: () => ({ traceId: this.#traceId, spanId, traceFlags: 1 }),
      setAttribute: (key, value) => told.attributes[key] = value,
      setStatus: ({ code, message }) => told.status = `${code} ${message}`,
      recordException() {},
      end: () => told.ended = true,
    };
    return this.#active.run(name, () => work(span));
  }
}

const API = Symbol.for("opentelemetry.js.api.1");
const ROUTE = { route: "normal" };

const openFake = (tracer?: Tracer): Promise<LettsClient> =>
  openFakeClient({
    s1: new FakeDugdale().on("m", () => ({})).on(
      "fails",
      new FakeEnd({ outcome: "failed", message: "no video" }),
    ),
  }, { tracer });

Deno.test("A traced run has spans for run, dispatch and upload, and its mission continues the trace", async () => {
  const missions = await Deno.makeTempDir();
  try {
    const script = `echo '{"event":"success","return":{"traceparent":"'$TRACEPARENT'"}}' >&3`;
    await Deno.writeTextFile(`${missions}/says.sh`, script);
    const tracer = new Recorder();
    await using letts = await LettsClient.embedded({ missions, tracer });
    const files = { a: new TextEncoder().encode("ab") };
    const result = await letts.run({ lane: "default" }, { mission: "says", files });
    assertEquals(tracer.spans.map(({ name, parent, ended }) => [name, parent, ended]), [
      ["letts.run", undefined, true],
      ["letts.dispatch", "letts.run", true],
      ["letts.upload", "letts.dispatch", true],
    ]);
    const [run, dispatch, upload] = tracer.spans;
    assertEquals(result.return, { traceparent: dispatch?.traceparent ?? "" });
    const { host, missionId } = result;
    assertEquals(run?.attributes, {
      "letts.mission": "says",
      "letts.host": host,
      "letts.mission_id": missionId,
      "letts.outcome": "success",
    });
    assertEquals(dispatch?.attributes, {
      "letts.host": host,
      "letts.lane": "default",
      "letts.mission": "says",
      "letts.mission_id": missionId,
    });
    assertEquals([upload?.attributes["letts.size"], upload?.attributes["letts.host"]], [2, host]);
  } finally {
    await Deno.remove(missions, { recursive: true });
  }
});

Deno.test("The span of a failed mission says so, thrown or returned", async () => {
  const tracer = new Recorder();
  await using letts = await openFake(tracer);
  await assertRejects(() => letts.run(ROUTE, { mission: "fails" }), MissionFailedError);
  await letts.run(ROUTE, { mission: "fails", throwOnFailure: false });
  await letts.runMany([{ ...ROUTE, mission: "fails" }]);
  const runs = tracer.spans.filter(({ name }) => name === "letts.run");
  assertEquals(runs.map(({ attributes, ended }) => [attributes["letts.outcome"], ended]), [
    ["failed", true],
    ["failed", true],
    ["failed", true],
  ]);
  assertEquals(runs.map(({ status }) => /^2 .*no video/.test(status ?? "")), [true, true, true]);
});

Deno.test("Without a tracer the client takes that of the provider that is registered at the moment", async () => {
  const tracer = new Recorder();
  const names: string[] = [];
  const getTracer = (name: string) => (names.push(name), tracer);
  await using letts = await openFake();
  await letts.dispatch(ROUTE, { mission: "m" });
  Reflect.set(globalThis, API, { trace: { getTracer } });
  try {
    await letts.dispatch(ROUTE, { mission: "m" });
  } finally {
    Reflect.deleteProperty(globalThis, API);
  }
  await letts.dispatch(ROUTE, { mission: "m" });
  assertEquals([tracer.spans.map(({ name }) => name), new Set(names)], [
    ["letts.dispatch"],
    new Set(["@letts/letts"]),
  ]);
});

Deno.test("A span of no trace gives no trace context", async () => {
  await using server = new Scripted((request) =>
    Response.json({ mission_id: request.headers.get("Idempotency-Key"), status: "queued" })
  );
  for (const traceId of ["0".repeat(32), "2".repeat(32)]) {
    await using letts = await openClient([server], { tracer: new Recorder(traceId) });
    await letts.dispatch({ route: "r" }, { mission: "m" });
  }
  const sent = server.seen.map(({ headers }) => headers.get("traceparent"));
  assertEquals(sent, [null, `00-${"2".repeat(32)}-${"1".padStart(16, "0")}-01`]);
});

Deno.test("Every request carries the trace context of the span in which it is made", async () => {
  const spanId = "3".repeat(16), traceId = "4".repeat(32);
  const span = { spanContext: () => ({ traceId, spanId, traceFlags: 0 }) };
  const getValue = (key: symbol) => key === Symbol.for("OpenTelemetry Context Key SPAN") ? span : undefined;
  await using server = new Scripted(() => problem(404, "not_found"));
  await using letts = await openClient([server]);
  Reflect.set(globalThis, API, { context: { active: () => ({ getValue }) } });
  try {
    await letts.getMission(ID, { host: "s1" });
    await letts.kill({ host: "s1", missionId: ID }).catch(() => {});
    await Array.fromAsync(letts.follow({ host: "s1", missionId: ID })).catch(() => {});
  } finally {
    Reflect.deleteProperty(globalThis, API);
  }
  await letts.getMission(ID, { host: "s1" });
  const active = `00-${traceId}-${spanId}-00`;
  const sent = server.seen.map(({ headers }) => headers.get("traceparent"));
  assertEquals(new Set(sent.slice(0, -1)), new Set([active]));
  assertEquals([sent.length >= 4, sent.at(-1)], [true, null]);
});

Deno.test("Under Deno's own tracing every request carries one trace context, that of its span or the caller's", async () => {
  await using server = new Scripted(({ method, target, headers }) =>
    target.startsWith("/v1/staging") && method !== "PUT"
      ? problem(404, "not_found")
      : Response.json({ mission_id: headers.get("Idempotency-Key"), status: "queued" })
  );
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("traced_program.ts", import.meta.url).pathname, String(server.port), ID],
    env: { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_PROTOCOL: "console", NO_COLOR: "1" },
  }).output();
  const sent = server.seen.map(({ method, headers }) => [method, headers.get("traceparent")?.split("-")[1]]);
  const own = sent[0]?.[1];
  assertEquals(own?.length, 32, new TextDecoder().decode(stderr));
  assertEquals(sent, [["HEAD", own], ["PUT", own], ["POST", own], ["POST", "5".repeat(32)]]);
  for (const { headers } of server.seen) {
    assertMatch(headers.get("traceparent") ?? "", /^00-\w{32}-\w{16}-01$/);
  }
});
