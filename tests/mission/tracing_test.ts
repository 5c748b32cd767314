/** One trace from the application over the dugdale to the mission, as Deno's own exporter sends it. */
import { assert, assertEquals } from "@std/assert";
import { runMission } from "./run_mission.ts";

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Export {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

/** A receiver of OTLP; it keeps the spans. */
function openCollector(): { readonly spans: SentSpan[]; readonly url: string } & AsyncDisposable {
  const spans: SentSpan[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const sent: Export = await request.json();
    for (const { scopeSpans } of sent.resourceSpans ?? []) {
      spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
    return Response.json({});
  });
  return {
    spans,
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const otel = (url: string) => ({
  OTEL_DENO: "true",
  OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  OTEL_EXPORTER_OTLP_ENDPOINT: url,
});

const attribute = ({ attributes }: SentSpan, name: string): unknown =>
  attributes.find(({ key }) => key === name)?.value.stringValue;

Deno.test("a run is one trace: of the client, of the dugdale, and of the mission's own process", async () => {
  await using collector = openCollector();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("traced_run.ts", import.meta.url).pathname],
    env: { ...otel(collector.url), NO_COLOR: "1" },
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const named = (name: string) => collector.spans.filter((span) => span.name === name);
  const runs = named("letts.run");
  assertEquals(runs.map((run) => attribute(run, "letts.outcome")), ["success", "failed"]);
  for (const run of runs) {
    const ofTrace = (name: string) => named(name).filter(({ traceId }) => traceId === run.traceId);
    for (const name of ["letts.dispatch", "letts.queue", "letts.process", "letts.mission"]) {
      assertEquals(ofTrace(name).length, 1, name);
    }
    const id = attribute(run, "letts.mission_id");
    const [queue, process, mission] = ["letts.queue", "letts.process", "letts.mission"]
      .map((name) => ofTrace(name)[0]!);
    for (const span of [queue!, process!, mission!]) assertEquals(attribute(span, "letts.mission_id"), id);
    const parents = new Set([queue!, process!, mission!].map(({ parentSpanId }) => parentSpanId));
    assertEquals(parents.size, 1, "all continue the same request");
    assert(collector.spans.some(({ spanId }) => parents.has(spanId)), "a span that was sent");
    assertEquals(attribute(process!, "letts.outcome"), attribute(run, "letts.outcome"));
    assert(BigInt(queue!.endTimeUnixNano) <= BigInt(process!.startTimeUnixNano) + 1_000_000n);
    const failed = attribute(run, "letts.outcome") === "failed";
    assertEquals([process!.status.code, mission!.status.code], failed ? [2, 2] : [0, 0]);
    if (failed) {
      assertEquals([process!.status.message, mission!.status.message], ["uncaught_exception", "odd"]);
    }
  }
});

Deno.test("a mission that may not read its trace context runs all the same, and without a provider does not ask", async () => {
  await using collector = openCollector();
  const source = `await letts.mission(() => ({ ok: true }));`;
  const traceparent = { TRACEPARENT: `00-${"5".repeat(32)}-${"6".repeat(16)}-01` };
  const plain = await runMission({ source, env: traceparent });
  assertEquals([plain.code, plain.stderr, collector.spans], [0, "", []]);
  const traced = await runMission({ source, env: { ...traceparent, ...otel(collector.url) } });
  assertEquals(traced.lines.at(-1), { event: "success", return: { ok: true } });
  assert(
    traced.stderr.includes("no trace of the dispatch: missing permission --allow-env=TRACEPARENT"),
    traced.stderr,
  );
  assertEquals(collector.spans.map(({ name }) => name), ["letts.mission"]);
});
