/** The hook of the examples that tells an error tracker, with a dugdale that starts it and a stand-in for the tracker. */
import { assertEquals, assertMatch } from "@std/assert";
import { openUnderDugdale } from "../mission/under_dugdale.ts";

const HOOK = new URL("../../examples/hooks/sentry.ts", import.meta.url).pathname;

interface Sent {
  readonly path: string;
  readonly auth: string | null;
  readonly lines: readonly unknown[];
}

/** A receiver of envelopes, which is busy at the first one. */
function openTracker(): { readonly dsn: string; readonly twice: Promise<readonly Sent[]> } & AsyncDisposable {
  const sent: Sent[] = [];
  const { promise: twice, resolve } = Promise.withResolvers<readonly Sent[]>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const body = await request.text();
    sent.push({
      path: new URL(request.url).pathname,
      auth: request.headers.get("x-sentry-auth"),
      lines: body.trimEnd().split("\n").map((line) => JSON.parse(line)),
    });
    if (sent.length === 1) return new Response("busy", { status: 503 });
    resolve(sent);
    return Response.json({});
  });
  return {
    dsn: `http://public@127.0.0.1:${server.addr.port}/errors/42`,
    twice,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test("L23: a failed mission is told to the tracker once it takes it, with the same id each time", async () => {
  await using tracker = openTracker();
  const file = await Deno.makeTempFile();
  using _removed = { [Symbol.dispose]: () => Deno.removeSync(file) };
  await Deno.writeTextFile(file, `${tracker.dsn}\n`);
  const permissions = ["--no-prompt", "--allow-net=127.0.0.1", `--allow-read=${file}`];
  await using dugdale = await openUnderDugdale({
    command: ["{mission_path}"],
    settings: {
      hooks: {
        tracker: {
          on: ["mission.failed"],
          command: [Deno.execPath(), "run", ...permissions, HOOK, file],
          timeoutMs: 60_000,
        },
      },
    },
  });
  const said = [
    { event: "state", name: "drawing" },
    { event: "note", text: "from the cache" },
    { event: "warn", message: "slow", details: { ms: 9 } },
    { event: "meta", fields: { rows: 7 } },
    { event: "fail", message: "no such video", reason: "gone", details: { id: 4 } },
  ].map((line) => JSON.stringify(line)).join("\n");
  await dugdale.write("good.sh", "#!/bin/sh\n");
  await dugdale.write("bad.sh", `#!/bin/sh\ncat >&3 <<'.'\n${said}\n.\nexit 3\n`);
  await dugdale.run("good.sh");
  const { record } = await dugdale.run("bad.sh");
  const [first, second] = await tracker.twice;
  assertEquals([first?.path, second?.path], Array(2).fill("/errors/api/42/envelope/"));
  assertMatch(first?.auth ?? "", /^Sentry sentry_version=7, .*sentry_key=public$/);
  const [head, item, event] = first?.lines as [{ event_id: string }, unknown, Record<string, unknown>];
  assertMatch(head.event_id, /^[0-9a-f]{32}$/);
  assertEquals([event.event_id, (second?.lines[0] as typeof head).event_id], Array(2).fill(head.event_id));
  assertEquals(item, { type: "event" });
  assertEquals([event.level, event.transaction, event.fingerprint], ["error", "bad.sh", ["bad.sh", "gone"]]);
  assertEquals(event.exception, { values: [{ type: "gone", value: "no such video" }] });
  assertEquals(event.tags, { lane: "only", kind: "mission", outcome: "failed", state: "drawing" });
  assertEquals(event.extra, {
    mission_id: record.mission_id,
    attempt: 1,
    details: { id: 4 },
    meta: { rows: 7 },
  });
  const { values } = event.breadcrumbs as { values: { message: string; level: string }[] };
  assertEquals(values.map(({ level, message }) => [level, message]), [
    ["info", "from the cache"],
    ["warning", "slow"],
  ]);
});
