/** Every command in each of its formats: what it prints, what it says of an error, and its exit code. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse as parseYaml } from "yaml";
import type { Finished } from "./cli_process.ts";
import { type Fleet, openFleet } from "./fleet.ts";
import { inProcess } from "./terminal.ts";

const NO_ONE = "01a20d43-2fe6-7000-a65a-02ab4cc304cb";
const FORMATS = ["text", "ndjson", "json", "yaml"] as const;
const UUID = /[0-9a-f]{8}-[0-9a-f-]{27}/;

/** Ids, addresses and measured numbers made alike. */
function alike({ code, stdout, stderr }: Finished): Finished {
  const text = (said: string) =>
    said.replaceAll(new RegExp(UUID, "g"), "<id>").replaceAll(/127\.0\.0\.1:\d+/g, "<address>")
      .replaceAll(/\/\S+(?=\/letts\.yaml)/g, "<folder>")
      .replaceAll(/"duration_ms":\d+,/g, "") // left out where it is 0
      .replaceAll(/("(?:time\w*|pid|duration_ms|uptime_seconds|applied_at)": ?)[\d.]+/g, "$1<n>")
      .replaceAll(/((?:pid=|uptime_seconds: |uptime_s: +|applied_at: ))[\d.]+/g, "$1<n>");
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("letts ctl prints the same in JSON and YAML, and text for ndjson; errors are alike in each", async () => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "text");
  const ran = ["run", "-q", "--route", "normal", "--mission", "copy", "--file", `text=${fleet.folder}/a.txt`];
  assertEquals((await inProcess([...ran, "--mission-id", NO_ONE], fleet)).code, 0);
  const exec = ["exec", "--host", "s1", "--lane", "normal", "--stdin=none", "--mission-id"];
  const execId = "01a20d43-2fe6-7000-a65a-02ab4cc304cd";
  assertEquals((await inProcess([...exec, execId, "--", "true"], fleet)).code, 0);
  const at = "--host s1";
  for (
    const line of [
      "dugdales list",
      `dugdales config ${at}`,
      `lanes list ${at}`,
      `missions list ${at}`,
      `missions show ${NO_ONE}`,
      `exec list ${at}`,
      `exec show ${execId} ${at}`,
      `staging list ${at} --mission-id ${NO_ONE}`,
    ]
  ) {
    const of = (format: string, more = "") => inProcess(`ctl ${line}${more} -o ${format}`.split(" "), fleet);
    const [text, ndjson, json, yaml] = await Promise.all(
      ["text", "ndjson", "json", "yaml"].map((one) => of(one)),
    );
    for (const ended of [text, ndjson, json, yaml]) assertEquals([ended?.code, ended?.stderr], [0, ""], line);
    assertEquals(ndjson, text, line);
    assertEquals(parseYaml(yaml?.stdout ?? ""), JSON.parse(json?.stdout ?? ""), line);
    for (const format of ["text", "ndjson", "json", "yaml"]) {
      const extra = await of(format, " too much");
      assertEquals([extra.code, extra.stdout], [2, ""], line);
      if (!line.includes(at)) continue;
      const unknown = await inProcess(
        `ctl ${line.replace(at, "--host nope")} -o ${format}`.split(" "),
        fleet,
      );
      assertEquals([unknown.code, unknown.stdout], [1, ""], line);
      assertStringIncludes(unknown.stderr, `host "nope" not found`);
    }
  }
});

/** A command that changes something. */
interface Change {
  readonly command: string;
  /** Makes what is changed, and names it. */
  readonly on: () => Promise<string>;
  /** What it prints; without it nothing. */
  readonly prints?: Readonly<Record<"text" | "json" | "yaml", string>>;
  /** A command that shows that it was done, and what that says. */
  readonly shown: readonly [command: (subject: string) => string, says: RegExp];
  /** Something that is not there, what is said of it, and the exit code. */
  readonly missing: readonly [subject: string, code: string, exit: number];
}

function changes(fleet: Fleet): readonly Change[] {
  const said = async (line: string) => {
    const { code, stdout, stderr } = await inProcess(line.split(" "), fleet);
    assertEquals(code, 0, stderr);
    return UUID.exec(stdout)?.[0] ?? "";
  };
  const mission = () => said("dispatch --host s1 --lane paused --mission hello");
  const exec = () => said("exec --host s1 --lane paused --stdin=none --detach -- true");
  const killed = (kind: string, make: () => Promise<string>) => async () => {
    const id = await make();
    await said(`ctl ${kind} kill ${id} --host s1`);
    return id;
  };
  const lane = (verb: string) => async () => {
    await said(`ctl lanes ${verb} normal --host s1`);
    return "normal";
  };
  const show = (kind: string, says: RegExp) => [(id: string) => `${kind} show ${id} -o json`, says] as const;
  const newest = (kind: string) =>
    [() => `${kind} list --limit 1 -o json`, /"status": "queued",[^]*"restarted_from": /] as const;
  const lanes = (paused: boolean) =>
    [
      () => "lanes list -o json",
      new RegExp(`"name": "normal",\\s+"concurrency": 4,\\s+"paused": ${paused},`),
    ] as const;
  const [done, gone, unknown] = [/"outcome": "killed"/, /404: not_found/, [NO_ONE, "not_found", 1]] as const;
  const nowhere = ["nope", "lane_not_found", 1] as const;
  return [
    { command: "missions kill", on: mission, shown: show("missions", done), missing: unknown },
    {
      command: "missions restart",
      on: killed("missions", mission),
      prints: {
        text: "<id>\n",
        json: `{\n  "mission_id": "<id>",\n  "restarted_from": "<id>",\n  "status": "queued"\n}\n`,
        yaml: "mission_id: <id>\nrestarted_from: <id>\nstatus: queued\n",
      },
      shown: newest("missions"),
      missing: unknown,
    },
    {
      command: "missions delete",
      on: killed("missions", mission),
      shown: show("missions", gone),
      missing: unknown,
    },
    { command: "exec kill", on: exec, shown: show("exec", done), missing: unknown },
    {
      command: "exec restart",
      on: killed("exec", exec),
      prints: {
        text: "<id>\tqueued\trestarted_from=<id>\n",
        json: `{\n  "mission_id": "<id>",\n  "restarted_from": "<id>",\n  "status": "queued"\n}\n`,
        yaml: "mission_id: <id>\nrestarted_from: <id>\nstatus: queued\n",
      },
      shown: newest("exec"),
      missing: [NO_ONE, "not_found", 255],
    },
    { command: "exec delete", on: killed("exec", exec), shown: show("exec", gone), missing: unknown },
    { command: "lanes pause", on: lane("continue"), shown: lanes(true), missing: nowhere },
    { command: "lanes continue", on: lane("pause"), shown: lanes(false), missing: nowhere },
    {
      command: "staging delete",
      on: () => said(`ctl staging upload ${fleet.folder}/a.txt --host s1`),
      shown: [(id) => `staging download ${id}`, /(410: deleting|404: not_found)/],
      missing: unknown,
    },
  ];
}

Deno.test("letts ctl changes things in every format, and reports what is not there", async (t) => {
  await using fleet = await openFleet();
  await Deno.writeTextFile(`${fleet.folder}/a.txt`, "text");
  const ctl = async (line: string) =>
    alike(await inProcess(["ctl", ...line.split(" "), "--host", "s1"], fleet));
  for (const { command, on, prints, shown: [by, says], missing } of changes(fleet)) {
    await t.step(command, async () => {
      for (const format of FORMATS) {
        const subject = await on();
        const stdout = prints?.[format === "ndjson" ? "text" : format] ?? "";
        assertEquals(
          await ctl(`${command} ${subject} -o ${format}`),
          { code: 0, stdout, stderr: "" },
          format,
        );
        const seen = await ctl(by(subject));
        assertMatch(seen.stdout + seen.stderr, says, format);
        const [nothing, problem, code] = missing;
        const refused = await ctl(`${command} ${nothing} -o ${format}`);
        assertEquals([refused.code, refused.stdout], [code, ""], format);
        assertMatch(refused.stderr, new RegExp(`^letts: dugdale http://<address> 404: ${problem} — .*\n$`));
      }
    });
  }
});

/** A command in one of its formats, what it prints, and its exit code. */
type Printed = readonly [line: string, stdout: string, stderr?: string, code?: number];

const INFO = "ctl dugdales info --host s1 -o";
const SEND = "dispatch --host s1 --lane paused --mission hello -o";
const NOWHERE = "dispatch --host s1 --lane nope --mission hello -o";
const NO_LANE = `dugdale http://<address> 400: unknown_lane — there is no lane "nope"`;
const RUN = `run --route normal --mission echo --input {"a":"<x>","b":1} -o`;
const FAIL = "run --route normal --mission fails -o";
const FAILED = "letts: mission failed: no such video\n";
const GO_ON = `letts: mission <id> on s1 has ended: failed
  its output:   letts logs <id> --host s1
  run it again: letts ctl missions restart <id> --host s1
`;
const EXEC = "exec --host s1 --lane normal --stdin=none -o";
const LOST = "exec --host s1 --lane nope --stdin=none -o";
const PROBLEM = `"error":"bad_request","message":${
  JSON.stringify(NO_LANE)
},"http_status":400,"error_code":"unknown_lane"`;
const events = (outcome: string) =>
  `[event] queued\n[event] running pid=<n>\n[event] done outcome=${outcome}\n`;
const lines = (mission: string, done: string) =>
  `{"event":"queued","seq":1,"mission_id":"<id>","time_created":<n>,"lane":"normal","mission":"${mission}"}\n` +
  `{"event":"running","seq":2,"time":<n>,"pid":<n>,"time_started":<n>}\n` +
  `{"event":"done","seq":3,"time_finished":<n>,${done}}\n`;
const record = (code: number, outcome: string, message: string, reason: string, result: string) =>
  `{
  "duration_ms": <n>,
  "exit_code": ${code},
  "fail_message": "${message}",
  "fail_reason": "${reason}",
  "host": "s1",
  "logs": {
    "stderr": "",
    "stderr_truncated": false,
    "stdout": "",
    "stdout_truncated": false
  },
  "mission_id": "<id>",
  "outcome": "${outcome}",
  "return": ${result},
  "signal": ""
}
`;
const execLines = (done: string) =>
  `{"host":"s1","event":"queued","seq":1}\n{"host":"s1","event":"running","seq":2}\n` +
  `{"host":"s1","event":"done","seq":3,${done}}\n`;
const execRecord = (row: string) => `{"group_id":"<id>","results":[{"host":"s1","exec_id":"<id>",${row}}]}\n`;

const PRINTED: readonly Printed[] = [
  [`${INFO} text`, "version:   dev\nuptime_s:  <n>\nqueue:     queued=0 running=0\n"],
  [`${INFO} ndjson`, "version:   dev\nuptime_s:  <n>\nqueue:     queued=0 running=0\n"],
  [
    `${INFO} json`,
    `{
  "version": "dev",
  "uptime_seconds": <n>,
  "applied_at": <n>,
  "queue_summary": {
    "queued": 0,
    "running": 0
  }
}
`,
  ],
  [
    `${INFO} yaml`,
    "version: dev\nuptime_seconds: <n>\napplied_at: <n>\nqueue_summary:\n    queued: 0\n    running: 0\n",
  ],
  ...FORMATS.map((format) =>
    [
      `ctl dugdales info --host x -o ${format}`,
      "",
      `letts: <folder>/letts.yaml: host "x" not found in aliases or dugdales[].id\n`,
      1,
    ] as const
  ),
  [`${SEND} text`, "<id>\tqueued\n"],
  [`${SEND} ndjson`, "<id>\tqueued\n"],
  [`${SEND} json`, `{\n  "mission_id": "<id>",\n  "status": "queued"\n}\n`],
  [`${SEND} yaml`, "mission_id: <id>\nstatus: queued\n"],
  ...FORMATS.map((format) => [`${NOWHERE} ${format}`, "", `letts: ${NO_LANE}\n`, 1] as const),
  [`${RUN} text`, `{\n  "a": "\\u003cx\\u003e",\n  "b": 1\n}\n`, events("success")],
  [`${RUN} yaml`, `{\n  "a": "\\u003cx\\u003e",\n  "b": 1\n}\n`, events("success")],
  [
    `${RUN} json`,
    record(0, "success", "", "", `{\n    "a": "\\u003cx\\u003e",\n    "b": 1\n  }`),
  ],
  [`${RUN} ndjson`, lines("echo", `"outcome":"success","exit_code":0,"return":{"a":"<x>","b":1}`)],
  [`${FAIL} text`, "", events("failed") + GO_ON + FAILED, 1],
  [`${FAIL} yaml`, "", events("failed") + FAILED, 1],
  [`${FAIL} json`, record(3, "failed", "no such video", "explicit", "null"), FAILED, 1],
  [
    `${FAIL} ndjson`,
    lines(
      "fails",
      `"outcome":"failed","exit_code":3,"fail_reason":"explicit","fail_message":"no such video"`,
    ),
    FAILED,
    1,
  ],
  [`${EXEC} raw echo hi`, "hi\n"],
  [`${EXEC} prefix echo hi`, "[s1] hi\n"],
  [`${EXEC} json echo hi`, execRecord(`"outcome":"success","exit_code":0,"stdout":"hi\\n","stderr":""`)],
  [
    `${EXEC} ndjson echo hi`,
    `{"host":"s1","stream":"stdout","line":"hi"}\n${execLines(`"outcome":"success","exit_code":0`)}`,
  ],
  [`${EXEC} raw false`, "", "", 1],
  [`${EXEC} prefix false`, "", "", 1],
  [
    `${EXEC} json false`,
    execRecord(
      `"outcome":"failed","exit_code":1,"fail_reason":"exit_nonzero","fail_message":"ended with exit code 1","stdout":"","stderr":""`,
    ),
    "",
    1,
  ],
  [
    `${EXEC} ndjson false`,
    execLines(
      `"outcome":"failed","exit_code":1,"fail_reason":"exit_nonzero","fail_message":"ended with exit code 1"`,
    ),
    "",
    1,
  ],
  [`${LOST} raw true`, "", `letts: ${NO_LANE}\n`, 255],
  [`${LOST} prefix true`, "", `[s1][FAIL] ${NO_LANE}\nletts: exec failed on s1\n`, 255],
  [
    `${LOST} json true`,
    `{"group_id":"<id>","results":[{"host":"s1",${PROBLEM}}]}\n`,
    "letts: exec failed on s1\n",
    255,
  ],
  [`${LOST} ndjson true`, `{"host":"s1","event":"error",${PROBLEM}}\n`, "letts: exec failed on s1\n", 255],
  [
    `${EXEC} yaml true`,
    "",
    `letts: invalid argument "yaml" for "-o, --output" flag: must be one of raw, prefix, json, ndjson\n`,
    2,
  ],
];

Deno.test("letts dugdales info, dispatch, run and exec print each of their formats, of failures too", async (t) => {
  await using fleet = await openFleet();
  for (const [line, stdout, stderr = "", code = 0] of PRINTED) {
    await t.step(line, async () => {
      const ended = alike(await inProcess(line.split(" "), fleet));
      // The output of a command and its events come in any order.
      const sorted = (text: string) => line.startsWith("exec") ? text.split("\n").sort().join("\n") : text;
      assertEquals({ ...ended, stdout: sorted(ended.stdout) }, { code, stdout: sorted(stdout), stderr });
    });
  }
});
