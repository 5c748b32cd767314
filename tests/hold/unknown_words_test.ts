import { assertEquals, assertStringIncludes } from "@std/assert";
import { cli } from "../cli/cli_process.ts";
import { type Handler, Scripted } from "../client/scripted.ts";
import { newId } from "../contract/ids.ts";

/** A dugdale of a later version. */
const later: Handler = ({ method, target }) => {
  const id = newId();
  if (method === "POST") return Response.json({ mission_id: id, status: "parked" }, { status: 202 });
  if (target.includes("/events")) {
    return new Response(
      `{"event":"queued","seq":1,"mission_id":"${id}"}\n{"event":"thawed","seq":2}\n` +
        `{"event":"done","seq":3,"outcome":"melted","fail_reason":"too_warm"}\n`,
    );
  }
  if (target.includes("/output")) return new Response("");
  if (target.startsWith("/v1/missions?")) {
    const sparse = { mission_id: id, status: "parked", kind: "ritual", outcome: "melted" };
    return Response.json({ missions: [sparse, { ...sparse, lane: "x", colour: "red" }] });
  }
  return Response.json({
    version: "9",
    uptime_seconds: 1,
    applied_at: null,
    queue_summary: { queued: 0, running: 0 },
  });
};

async function withLater(
  test: (run: (...args: string[]) => ReturnType<typeof cli>) => Promise<void>,
): Promise<void> {
  const cwd = await Deno.makeTempDir();
  try {
    await using server = new Scripted(later);
    const yaml =
      `auth: { token: t, admin_token: t }\ndugdales: [{ id: s1, host: "127.0.0.1:${server.port}" }]\n`;
    await Deno.writeTextFile(`${cwd}/letts.yaml`, yaml, { mode: 0o600 });
    await test((...args) => cli(args, { cwd }));
  } finally {
    await Deno.remove(cwd, { recursive: true });
  }
}

Deno.test("a mission that ends in a way that is not known yet has not exited normally: 125, with the word", () =>
  withLater(async (run) => {
    const mission = ["--host", "s1", "--lane", "x", "--mission", "m"];
    const { code, stderr } = await run("run", "-q", ...mission);
    assertEquals([code, stderr], [125, "letts: mission did not exit normally: melted/too_warm\n"]);
    assertEquals((await run("dispatch", ...mission)).code, 0);
  }));

Deno.test("lists show words that are not known yet, and missions that lack what is always sent", () =>
  withLater(async (run) => {
    const { code, stdout, stderr } = await run("ctl", "missions", "list", "--host", "s1", "-o", "json");
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, '"status": "parked"');
    assertStringIncludes(stdout, '"outcome": "melted"');
    assertStringIncludes(stdout, '"kind": "ritual"');
    const text = await run("ctl", "missions", "list", "--host", "s1");
    assertEquals(text.code, 0);
    assertStringIncludes(text.stdout, "parked");
  }));
