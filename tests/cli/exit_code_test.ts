/** What a dugdale that answers badly means for the shell. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { done, type Handler, ndjson, Scripted } from "../client/scripted.ts";
import { cli, type Finished } from "./cli_process.ts";
import { lettsYaml } from "./fleet.ts";

const ID = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";

/** Runs the CLI against a dugdale that answers everything alike. */
async function against(
  answer: Handler,
  args: readonly string[],
  yaml: (text: string) => string = (text) => text,
): Promise<Finished & { readonly url: string; readonly log: readonly string[] }> {
  await using server = new Scripted(answer);
  const url = `http://127.0.0.1:${server.port}`;
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await Deno.writeTextFile(`${folder}/letts.yaml`, yaml(lettsYaml([url], folder)), { mode: 0o600 });
    return { ...await cli(args, { cwd: folder, env: { EMPTY: "" } }), url, log: server.log };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const INFO = ["ctl", "dugdales", "info", "--host", "s1"];

for (
  const [status, code, exit, args] of [
    [401, "unauthorized", 5, INFO],
    [403, "forbidden", 5, INFO],
    [404, "not_found", 1, ["ctl", "missions", "show", ID, "--host", "s1"]],
    [409, "mission_done", 1, ["ctl", "missions", "kill", ID, "--host", "s1"]],
    [400, "bad_request", 1, ["ctl", "missions", "list", "--host", "s1"]],
    [401, "unauthorized", 255, ["exec", "--host", "s1", "--lane", "normal", "--", "true"]],
  ] as const
) {
  Deno.test(`letts ${args.slice(0, 3).join(" ")} exits with ${exit} at ${status} ${code}`, async () => {
    const ended = await against(() => Response.json({ error: code, message: "no\nway" }, { status }), args);
    assertEquals([ended.code, ended.stdout], [exit, ""]);
    assertEquals(ended.stderr, `letts: dugdale ${ended.url} ${status}: ${code} — no way\n`);
  });
}

Deno.test("letts names the status alone when the answer is no problem body", async () => {
  const ended = await against(() => new Response("Bad Gateway", { status: 502 }), [...INFO]);
  assertEquals([ended.code, ended.stderr], [1, `letts: dugdale ${ended.url} 502\n`]);
});

Deno.test("letts -v shows what else a dugdale said", async () => {
  const answer = () =>
    Response.json({ error: "queue_full", message: "full", details: { lane: "normal" } }, {
      status: 503,
      headers: { "Retry-After": "7" },
    });
  const ended = await against(answer, ["-v", "dispatch", "--route", "normal", "--mission", "m"]);
  assertEquals(ended.code, 1);
  assertStringIncludes(ended.stderr, `503: queue_full — full\n`);
  assertStringIncludes(
    ended.stderr,
    `letts: debug: details {"lane":"normal"}\nletts: debug: retry after 7000 ms\n`,
  );
});

Deno.test("letts exec --out of a success without the file exits with 255, of several dugdales with 2", async () => {
  const answer: Handler = ({ target, headers }) => {
    if (target.includes("/events")) {
      return new Response(ndjson(done(1, { outcome: "success", exit_code: 0 })));
    }
    if (target.includes("/output")) return new Response("");
    return Response.json({ exec_id: headers.get("Idempotency-Key"), status: "queued" }, { status: 202 });
  };
  for (const [display, code] of [["raw", 255], ["prefix", 2]] as const) {
    const exec = [
      "exec",
      "--host",
      "s1",
      "--lane",
      "normal",
      "-o",
      display,
      "--out",
      "r=r.txt",
      "--",
      "true",
    ];
    const ended = await against(answer, exec);
    assertEquals([ended.code, ended.stderr], [code, `letts: s1: the command left no output "r"\n`]);
  }
});

Deno.test("letts exits with 4 when the answer makes no sense", async () => {
  const ended = await against(() => new Response("<html>"), [...INFO]);
  assertEquals([ended.code, ended.stdout], [4, ""]);
  assertStringIncludes(ended.stderr, "response is not JSON");
});

Deno.test("letts begins the line about a dugdale out of reach with the cause, then its name and address", async () => {
  const port = closedPort();
  for (
    const [address, cause] of [
      [`http://127.0.0.1:${port}`, `connection refused: s1 (127.0.0.1:${port})`],
      [`http://localhost:${port}/base`, `connection refused: s1 (http://localhost:${port}/base)`],
      ["http://nosuch.invalid:81", "host name not found: s1 (nosuch.invalid:81)"],
    ] as const
  ) {
    const moved = (yaml: string) => yaml.replace(/http:[^"]*/, address);
    const one = await against(() => new Response(), [...INFO], moved);
    assertEquals([one.code, one.stderr], [4, `letts: ${cause}\n`]);
    const all = await against(() => new Response(), ["ctl", "missions", "show", ID], moved);
    assertEquals([all.code, all.stderr], [4, `letts: ${cause}\n`]);
  }
});

function closedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

for (
  const [what, auth, text] of [
    ["there is no token", "{ admin_token: a }", `dugdale "s1" has no dispatch token (token)`],
    [
      "the variable of its token is not set",
      `{ token: "\${NOT_SET}" }`,
      "the environment variable NOT_SET is not set",
    ],
    ["its token is empty", `{ token: "\${EMPTY}" }`, `the dispatch token of dugdale "s1" is empty`],
  ] as const
) {
  Deno.test(`letts dispatch exits with 3 when ${what}, and sends nothing`, async () => {
    const dispatch = ["dispatch", "--route", "normal", "--mission", "m"];
    const ended = await against(
      () => new Response(),
      dispatch,
      (yaml) => yaml.replace(/auth: \{.*\}/, `auth: ${auth}`),
    );
    assertEquals([ended.code, ended.stdout, ended.log], [3, "", []]);
    assertStringIncludes(ended.stderr, "letts: config: ");
    assertStringIncludes(ended.stderr, text);
  });
}

Deno.test("letts exits with 3 when others can read plain tokens, unless told that it is fine", async () => {
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await Deno.writeTextFile(`${folder}/letts.yaml`, lettsYaml(["http://127.0.0.1:9"], folder), {
      mode: 0o644,
    });
    const list = ["ctl", "dugdales", "list"];
    const refused = await cli(list, { cwd: folder });
    assertEquals([refused.code, refused.stdout], [3, ""]);
    assertEquals(refused.stderr.includes("d-token"), false);
    assertEquals((await cli([...list, "--insecure-config-permissions"], { cwd: folder })).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("letts apply --dry-run reads the state of another dugdale, whose source is an object", async () => {
  const state = {
    applied_at: 1,
    source: { String: "", Valid: false },
    state: { mission_dir: "/m", labels: null, lanes: null, runtime: { validate_mission_file: false } },
  };
  const ended = await against(() => Response.json(state), ["apply", "-q", "--dry-run", "-f", "letts.yaml"]);
  assertEquals(ended.code, 0, ended.stderr);
  assertStringIncludes(ended.stdout, `  add lanes:    [normal paused]\n`);
  assertStringIncludes(ended.stdout, `  labels:       [] -> [all l1]\n`);
  assertStringIncludes(
    ended.stdout,
    `  runtime:      command_template [] -> [sh {mission_path}] ; mission_path "" -> "{mission}.sh"\n`,
  );
  const config = await against(() => Response.json(state), ["ctl", "dugdales", "config", "--host", "s1"]);
  assertEquals(JSON.parse(config.stdout).source, undefined);
});

Deno.test("letts exits with 2 when the dugdale is too old for what is asked of it", async () => {
  const old = {
    version: "0.1.0",
    uptime_seconds: 1,
    applied_at: null,
    queue_summary: { queued: 0, running: 0 },
  };
  const args = ["dispatch", "--route", "normal", "--mission", "m", "--count", "2"];
  const ended = await against(() => Response.json(old), args);
  assertEquals([ended.code, ended.stdout], [2, ""]);
  assertEquals(
    ended.stderr,
    "letts: [s1] this dugdale of version 0.1.0 does not support dispatch_batch\n",
  );
  assertEquals(ended.log, ["GET /v1/dugdale"]);
});
