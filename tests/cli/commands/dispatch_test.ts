import { assertEquals, assertMatch } from "@std/assert";
import { newId } from "../../contract/ids.ts";
import { openFleet } from "../fleet.ts";

const ID = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";
const SEND = ["dispatch", "--host", "s1", "--lane", "paused", "--mission", "hello"];

Deno.test("letts dispatch prints id and status in every format", async () => {
  await using fleet = await openFleet();
  const text = await fleet.cli(SEND);
  assertMatch(text.stdout, /^[0-9a-f-]{36}\tqueued\n$/);
  const named = [...SEND, "--mission-id", ID];
  const expected = {
    text: `${ID}\tqueued\n`,
    ndjson: `${ID}\tqueued\n`,
    json: `{\n  "mission_id": "${ID}",\n  "status": "queued"\n}\n`,
    yaml: `mission_id: ${ID}\nstatus: queued\n`,
  };
  for (const [format, stdout] of Object.entries(expected)) {
    assertEquals(await fleet.cli([...named, "-o", format]), { code: 0, stdout, stderr: "" });
  }
});

Deno.test("letts dispatch of a repeated id with files is the same mission, with another input a conflict", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "text");
  const named = [...SEND, "--mission-id", ID, "--file", "text=a.txt"];
  for (let time = 0; time < 2; time++) {
    assertEquals(await fleet.cli(named), { code: 0, stdout: `${ID}\tqueued\n`, stderr: "" });
  }
  const other = await fleet.cli([...named, "--input", `{"other":1}`]);
  assertEquals([other.code, other.stdout], [1, ""]);
  assertEquals(
    other.stderr.startsWith(`letts: dugdale ${fleet.urls[0]} 409: idempotency_conflict — `),
    true,
    other.stderr,
  );
});

Deno.test("letts -v reports which configuration and which dugdale it uses", async () => {
  await using fleet = await openFleet();
  const { code, stderr } = await fleet.cli(["-v", ...SEND]);
  assertEquals(code, 0);
  assertEquals(
    stderr,
    `letts: debug: resolved config letts.yaml\nletts: debug: host s1 -> ${fleet.urls[0]} (scope dispatch)\n`,
  );
});

Deno.test("L34 letts dispatch --count N sends one request and prints N ids", async () => {
  await using fleet = await openFleet();
  const { code, stdout, stderr } = await fleet.cli([...SEND, "--count", "100"]);
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals([lines.length, new Set(lines).size], [100, 100]);
  for (const line of lines) assertMatch(line, /^[0-9a-f-]{36}\tqueued$/);
  const json = await fleet.cli([...SEND, "--count", "2", "-o", "json"]);
  const missions: { mission_id: string; status: string }[] = JSON.parse(json.stdout);
  assertEquals(missions.map(({ status }) => status), ["queued", "queued"]);
});

Deno.test("letts dispatch --count reports how many were refused, after those that were accepted", async () => {
  await using fleet = await openFleet();
  const taken = await fleet.cli([...SEND, "--count", "2", "--file", "text=letts.yaml"]);
  assertEquals([taken.code, taken.stdout.split("\n").length], [0, 3]);
  const lane = ["dispatch", "--host", "s1", "--lane", "absent", "--mission", "hello", "--count", "2"];
  const refused = await fleet.cli(lane);
  assertEquals([refused.code, refused.stdout], [1, ""]);
  assertMatch(refused.stderr, /400: unknown_lane — there is no lane "absent"\n$/);
});

Deno.test("letts dispatch refuses --count with an id or below 1, --backoff alone, and too many --attempts", async () => {
  await using fleet = await openFleet();
  for (
    const [args, text] of [
      [["--count", "0"], "--count 0 must be at least 1"],
      [["--count", "2", "--mission-id", ID], "--count and --mission-id cannot be used together"],
      [["--backoff", "1s"], "--backoff needs --attempts"],
      [["--attempts", "101"], "--attempts 101 must be 1 to 100"],
    ] as const
  ) {
    const { code, stderr } = await fleet.cli([...SEND, ...args]);
    assertEquals([code, stderr.includes(text)], [2, true], stderr);
  }
});

Deno.test("letts dispatch says priority, time, tags and owner, and letts ctl missions run-now lets it wait no longer", async () => {
  await using fleet = await openFleet();
  const flags = ["--priority", "high", "--tag", "a", "--tag", "team:b", "--owner", "me", "--delay", "1h"];
  const sent = await fleet.cli([...SEND, "--mission-id", ID, ...flags]);
  assertEquals(sent, { code: 0, stdout: `${ID}\tqueued\n`, stderr: "" });
  const show = async () => {
    const { stdout } = await fleet.cli(["ctl", "missions", "show", ID, "--host", "s1", "-o", "json"]);
    return JSON.parse(stdout);
  };
  const { priority, tags, owner, run_at, time_created } = await show();
  assertEquals([priority, tags, owner], ["high", ["a", "team:b"], "me"]);
  assertEquals(run_at, time_created + 3_600_000);
  const now = await fleet.cli(["ctl", "missions", "run-now", ID, "--host", "s1"]);
  assertEquals(now, { code: 0, stdout: `${ID}\tqueued\n`, stderr: "" });
  assertEquals((await show()).run_at, undefined);
});

Deno.test("letts dispatch refuses a priority, time or tag that breaks its rule, before it sends anything", async () => {
  await using fleet = await openFleet();
  const refused = [
    [["--run-at", "tomorrow"], /--run-at "tomorrow" must be a date such as 2030-01-31T08:00:00Z/],
    [["--run-at", "2030-01-31", "--delay", "1s"], /run_at and delay cannot be used together/],
    [["--delay", "soon"], /duration "soon" must be like/],
    [["--tag", "a b"], /tags\[\] "a b" must be/],
    [["--priority", "urgent"], /urgent/],
  ] as const;
  for (const [flags, message] of refused) {
    const { code, stderr } = await fleet.cli([...SEND, ...flags]);
    assertEquals(code, 2, stderr);
    assertMatch(stderr, message);
  }
});

Deno.test("letts dispatch --key order-42 --unique kept starts one mission, and key:order-42 stands for it", async () => {
  await using fleet = await openFleet();
  const keyed = [...SEND, "--key", "order-42", "--unique", "kept"];
  const first = await fleet.cli(keyed);
  assertMatch(first.stdout, /^[0-9a-f-]{36}\tqueued\n$/);
  const [id] = first.stdout.split("\t");
  const again = await fleet.cli(keyed);
  assertEquals(again, { code: 0, stdout: `${id}\tqueued\tdeduplicated\n`, stderr: "" });
  const json = await fleet.cli([...keyed, "-o", "json"]);
  assertEquals(JSON.parse(json.stdout), { mission_id: id, status: "queued", deduplicated: true });
  const shown = await fleet.cli(["ctl", "missions", "show", "key:order-42", "-o", "json"]);
  const { mission_id, key, unique } = JSON.parse(shown.stdout);
  assertEquals([mission_id, key, unique], [id, "order-42", "kept"]);
  const none = await fleet.cli(["ctl", "missions", "kill", "key:order-43", "--host", "s1"]);
  assertEquals([none.code, none.stdout], [1, ""]);
  assertMatch(none.stderr, /order-43/);
  assertEquals((await fleet.cli([...SEND, "--unique", "kept"])).code, 2);
});

Deno.test("letts dispatch --on-failure and --on-success say which missions follow", async () => {
  await using fleet = await openFleet();
  const sent = await fleet.cli([...SEND, "--mission-id", ID, "--on-failure", "undo", "--on-success", "next"]);
  assertEquals(sent.code, 0, sent.stderr);
  const { stdout } = await fleet.cli(["ctl", "missions", "show", ID, "--host", "s1", "-o", "json"]);
  const { on_success, on_failure } = JSON.parse(stdout);
  assertEquals([on_success, on_failure], [{ mission: "next" }, { mission: "undo" }]);
  const id = newId();
  const undo = '{"mission":"undo","lane":"paused","input":{"order":12345678901234567890}}';
  assertEquals((await fleet.cli([...SEND, "--mission-id", id, "--on-failure", undo])).code, 0);
  const more = await fleet.cli(["ctl", "missions", "show", id, "--host", "s1", "-o", "json"]);
  assertMatch(
    more.stdout,
    /"on_failure": \{\s*"mission": "undo",\s*"lane": "paused",\s*"input": \{\s*"order": 12345678901234567890/,
  );
  const wrong = [
    "{",
    "{}",
    '{"mission":1}',
    '{"mission":"m","lane":1}',
    '{"mission":"m","input":7}',
    '{"mission":"m","at":1}',
  ];
  for (const text of wrong) {
    const { code, stderr } = await fleet.cli([...SEND, "--on-success", text]);
    assertEquals(code, 2, text);
    assertMatch(stderr, /^letts: --on-success (is not JSON|must be the name of a mission)/);
  }
});
