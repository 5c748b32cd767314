import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startCli } from "../../cli_process.ts";
import { openFleet } from "../../fleet.ts";

const LAYER = `dugdales:
  - id: s1
    labels: [b, a]
    mission_dir: /other
    lanes: { normal: { concurrency: 9 }, paused: null, extra: { concurrency: 1 } }
`;

Deno.test("letts apply lays files over each other and reports what changed, in the order of the file", async () => {
  await using fleet = await openFleet(2);
  await Deno.writeTextFile(`${fleet.folder}/layer.yaml`, LAYER);
  const ended = await fleet.cli(["apply", "-f", "letts.yaml", "-f", "layer.yaml"]);
  assertEquals(ended.code, 0);
  assertEquals(
    ended.stdout,
    "[OK]   s1 — started=extra stopped= resized=normal changed=mission_dir,labels\n[OK]   s2 — started= stopped= resized=\n",
  );
  const warning = ended.stderr.split("\n");
  assertEquals(warning.length, 3);
  assertStringIncludes(warning[0] ?? "", "auth.admin_token, auth.exec_token");
  const pruned = await fleet.cli([
    "apply",
    "-q",
    "-o",
    "json",
    "--prune",
    "--host",
    "web",
    "-f",
    "letts.yaml",
    "-f",
    "layer.yaml",
  ]);
  assertEquals(pruned.stderr, "");
  assertEquals(JSON.parse(pruned.stdout), [{
    host: "s1",
    ok: true,
    diff: {
      MissionDirChanged: false,
      LabelsChanged: false,
      RuntimeChanged: false,
      LanesAdded: null,
      LanesRemoved: ["paused"],
      LanesResized: null,
    },
  }]);
});

Deno.test("letts apply --dry-run shows every difference and changes nothing", async () => {
  await using fleet = await openFleet(2);
  await Deno.writeTextFile(`${fleet.folder}/layer.yaml`, LAYER);
  const dry = ["apply", "-q", "--dry-run", "-f", "letts.yaml", "-f", "layer.yaml"];
  const kept = await fleet.cli(dry);
  assertEquals(kept.code, 0, kept.stderr);
  assertEquals(
    kept.stdout,
    `== s1 ==
  add lanes:    [extra]
  keep lanes:   [paused]
  lane normal          concurrency=4->9 paused=false->false
  mission_dir:  "${fleet.folder}/missions" -> "/other"
  labels:       [all l1] -> [b a]
== s2 ==
`,
  );
  const pruned = await fleet.cli([...dry, "--prune"]);
  assertStringIncludes(pruned.stdout, "  remove lanes: [paused]\n");
  const record = await fleet.cli([...dry, "-o", "json", "--host", "s2"]);
  assertEquals(JSON.parse(record.stdout)[0].diff.AddedLanes, null);
  assertEquals((await fleet.cli([...dry])).stdout, kept.stdout);
});

Deno.test("letts apply exits with 1 when a dugdale cannot be reached, after the others", async () => {
  await using fleet = await openFleet(1);
  await Deno.writeTextFile(
    `${fleet.folder}/gone.yaml`,
    `dugdales: [{ id: gone, url: "http://127.0.0.1:9" }]\n`,
  );
  const ended = await fleet.cli(["apply", "-q", "-f", "letts.yaml", "-f", "gone.yaml"]);
  assertEquals(ended.code, 1);
  assertMatch(
    ended.stdout,
    /^\[OK\] {3}s1 — started= stopped= resized=\n\[FAIL\] gone — .*: gone \(127.0.0.1:9\)\n$/,
  );
  assertEquals(ended.stderr, "letts: apply failed on gone\n");
});

Deno.test("letts apply waits for a dugdale of this machine that does not listen yet", async () => {
  await using fleet = await openFleet(1);
  const port = freePort();
  const starting = `${fleet.folder}/starting.yaml`;
  await Deno.writeTextFile(
    starting,
    `auth: { admin_token: a-token }\ndugdales: [{ id: new, url: "http://${ADDRESS}:${port}", lanes: { a: {} } }]\n`,
  );
  for (const flags of [[], ["--dry-run"]]) {
    const applying = startCli(["apply", "-f", starting, ...flags]);
    // The warning about the plain token comes before the first connection.
    const stderr = applying.stderr.getReader();
    await stderr.read();
    stderr.releaseLock();
    // Listens within milliseconds, unlike a dugdale with a database of its own.
    await using _server = Deno.serve({ hostname: ADDRESS, port, onListen() {} }, (request) => {
      const { pathname, search } = new URL(request.url);
      const { method, headers, body } = request;
      return fetch(`${fleet.urls[0]}${pathname}${search}`, { method, headers, body });
    });
    const { code, stdout } = await applying.output();
    assertEquals([code, new TextDecoder().decode(stdout).includes("new")], [0, true]);
  }
});

/** Of no other test: what is free there stays free. */
const ADDRESS = "127.77.0.1";

function freePort(): number {
  using listener = Deno.listen({ hostname: ADDRESS, port: 0 });
  return listener.addr.port;
}

Deno.test("letts apply sends options of lanes, --dry-run shows them, and a file without them leaves them alone", async () => {
  await using fleet = await openFleet(1);
  const options =
    "dugdales: [{ id: s1, lanes: { normal: { concurrency: 4, timeout: 1m, pick: weighted } } }]";
  await Deno.writeTextFile(`${fleet.folder}/lanes.yaml`, options);
  const apply = async (...more: string[]): Promise<string> =>
    (await fleet.cli(["apply", "-q", "-f", "letts.yaml", ...more])).stdout;
  const both = ["-f", "lanes.yaml"];
  assertStringIncludes(
    await apply(...both, "--dry-run"),
    'lane normal          timeout=default->"1m" ; pick=default->"weighted"\n',
  );
  assertStringIncludes(await apply(...both), "[OK]");
  assertEquals(await apply("--dry-run"), "== s1 ==\n");
  assertStringIncludes(await apply(), "[OK]");
  assertEquals(await apply(...both, "--dry-run"), "== s1 ==\n");
});

Deno.test("letts apply names whatever it changed, and nothing where nothing did", async () => {
  await using fleet = await openFleet(1);
  const layer = `dugdales:
  - id: s1
    labels: [b]
    runtime: { validate_mission_file: true }
    lanes: { normal: { concurrency: 4, timeout: 1h } }
    schedules: { nightly: { lane: normal, mission: hello, cron: "0 3 * * *" } }
`;
  await Deno.writeTextFile(`${fleet.folder}/layer.yaml`, layer);
  const apply = async () => (await fleet.cli(["apply", "-q", "-f", "letts.yaml", "-f", "layer.yaml"])).stdout;
  const changes = "changed=runtime,labels options=normal schedules=nightly";
  assertEquals(await apply(), `[OK]   s1 — started= stopped= resized= ${changes}\n`);
  assertEquals(await apply(), "[OK]   s1 — started= stopped= resized=\n");
});
