/** The commands that help people along. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { toText } from "@std/streams";
import { openDugdale } from "../../dugdale/mod.ts";
import {
  ArgumentError,
  AuthError,
  BackPressureError,
  HttpError,
  NotFoundError,
} from "../../client/errors.ts";
import { readDugdaleConfig } from "../../config/dugdale/read.ts";
import { errorFix } from "../../cli/commands/doctor/error_fix.ts";
import { versionFinding } from "../../cli/commands/doctor/vitals.ts";
import { Scripted } from "../client/scripted.ts";
import { cli, startCli } from "./cli_process.ts";
import { openFleet } from "./fleet.ts";
import { inProcess, onTerminal } from "./terminal.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("letts init makes files with which a dugdale runs a first mission", async () => {
  await withFolder(async (folder) => {
    const made = await cli(["init", "proj"], { cwd: folder });
    assertEquals(made.code, 0, made.stderr);
    assertMatch(made.stdout, /^Next:\n {2}cd proj\n/);
    assertStringIncludes(made.stderr, "letts: wrote proj/missions/hello.sh\n");
    const proj = `${folder}/proj`;
    for (const file of ["letts.yaml", "dugdale.yaml"]) {
      assertEquals((Deno.statSync(`${proj}/${file}`).mode ?? 0) & 0o777, 0o600);
    }
    assertStringIncludes(await Deno.readTextFile(`${proj}/.gitignore`), "/letts.yaml\n/dugdale.yaml\n");
    // The port of the file may be taken on this machine; everything else is used as it was made.
    await using dugdale = await openDugdale({
      config: { ...readDugdaleConfig(`${proj}/dugdale.yaml`), listen: "127.0.0.1:0" },
    });
    const yaml = await Deno.readTextFile(`${proj}/letts.yaml`);
    await Deno.writeTextFile(
      `${proj}/letts.yaml`,
      yaml.replace("port: 7180", `port: ${dugdale.address.port}`),
    );
    assertEquals((await cli(["apply", "-q", "-f", "letts.yaml"], { cwd: proj })).code, 0);
    const ran = await cli(["run", "-q", "--route", "default", "--mission", "hello.sh"], { cwd: proj });
    assertEquals(ran, { code: 0, stdout: `{\n  "hello": "world"\n}\n`, stderr: "" });
    const first = await cli(["check", "mission", "missions/hello.sh", "-o", "json"], { cwd: proj });
    const { problems, notes, return: returned } = JSON.parse(first.stdout);
    assertEquals([problems, notes, returned], [[], [], { hello: "world" }]);
    await Deno.writeTextFile(
      `${proj}/missions/plain.sh`,
      `echo '{"event":"success","return":{"by":"ending"}}' >&3`,
    );
    const plain = await cli(["run", "-q", "--route", "default", "--mission", "plain.sh"], { cwd: proj });
    assertEquals(plain, { code: 0, stdout: `{\n  "by": "ending"\n}\n`, stderr: "" });
    const short = await cli(["run", "-q", "--route", "default", "--mission", "plain"], { cwd: proj });
    assertEquals(short, plain);
    const missing = await cli(["run", "-q", "--route", "default", "--mission", "none"], { cwd: proj });
    assertEquals([missing.code, missing.stdout], [1, ""]);
    assertStringIncludes(missing.stderr, "mission_not_found: there is no mission file none");
    const embedded = await cli(["run", "-q", "--embedded", "--mission", "missions/plain"], { cwd: proj });
    assertEquals(embedded, plain);
    const checked = await cli(["check", "mission", "missions/plain"], { cwd: proj });
    assertEquals(checked.stdout.includes("success"), true, checked.stdout);
    const dev = startCli(["dev"], { cwd: proj, env: { TMPDIR: folder } });
    let said = "";
    for await (const chunk of dev.stdout.pipeThrough(new TextDecoderStream())) {
      said += chunk;
      if (said.endsWith("\n\n")) dev.kill("SIGINT");
    }
    await dev.stderr.cancel();
    assertEquals((await dev.status).code, 0);
    assertStringIncludes(said, `\nmissions ${await Deno.realPath(`${proj}/missions`)}\n`);
    const again = await cli(["init", "proj"], { cwd: folder });
    assertEquals([again.code, again.stdout], [2, ""]);
    assertStringIncludes(again.stderr, "dugdale.yaml, letts.yaml, run_mission.sh, missions/hello.sh in ");
  });
});

Deno.test("letts init --examples and letts dugdale --print-example give the example files; a .gitignore stays", async () => {
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/.gitignore`, "mine\n");
    assertEquals((await cli(["init", "--examples"], { cwd: folder })).code, 0);
    assertEquals(await Deno.readTextFile(`${folder}/.gitignore`), "mine\n");
    const own = (name: string) => Deno.readTextFile(new URL(`../../${name}`, import.meta.url));
    for (const name of ["letts.example.yaml", "dugdale.example.yaml"]) {
      assertEquals(await Deno.readTextFile(`${folder}/${name}`), await own(name));
    }
    const printed = await cli(["dugdale", "--print-example"], { cwd: folder });
    assertEquals([printed.code, printed.stdout], [0, await own("dugdale.example.yaml")]);
  });
});

Deno.test("letts dev runs every script of a folder until Ctrl-C and leaves nothing behind", async () => {
  await withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/tmp`);
    await Deno.writeTextFile(`${folder}/a.sh`, `echo '{"event":"success","return":{"by":"sh"}}' >&3`);
    await Deno.writeTextFile(
      `${folder}/b.py`,
      `import os\nos.write(3, b'{"event":"success","return":{"by":"py"}}\\n')`,
    );
    await Deno.writeTextFile(
      `${folder}/c.js`,
      `#!/bin/sh\necho '{"event":"success","return":{"by":"first line"}}' >&3`,
      { mode: 0o755 },
    );
    const dev = startCli(["dev", "."], { cwd: folder, env: { TMPDIR: `${folder}/tmp` } });
    const stderr = toText(dev.stderr);
    let stdout = "";
    for await (const chunk of dev.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += chunk;
      const path = /LETTS_CONFIG=(.*)\n/.exec(stdout)?.[1];
      if (path === undefined || !stdout.endsWith("\n\n")) continue;
      for (const [mission, by] of [["a.sh", "sh"], ["a", "sh"], ["b.py", "py"], ["c", "first line"]]) {
        const run = ["run", "-q", "--route", "dev", "--mission", mission ?? ""];
        const ran = await cli(run, { cwd: folder, env: { LETTS_CONFIG: path } });
        assertEquals(ran, { code: 0, stdout: `{\n  "by": "${by}"\n}\n`, stderr: "" });
      }
      const exec = ["exec", "--host", "dev", "--lane", "default", "--stdin=none", "--", "echo", "two words"];
      assertEquals((await inProcess(exec, { folder: dirname(path) })).stdout, "two words\n");
      dev.kill("SIGINT");
    }
    assertEquals((await dev.status).code, 0);
    const log = await stderr;
    assertMatch(log, / {2}started {3}a\.sh {2}[0-9a-f-]{36}\n/);
    assertMatch(log, / {2}success {3}a\.sh {2}[0-9a-f-]{36} {2}\d/);
    assertMatch(log, / {2}started {3}echo 'two words' {2}[0-9a-f-]{36}\n/);
    assertMatch(log, / {2}success {3}echo 'two words' {2}[0-9a-f-]{36} {2}\d/);
    assertEquals([...Deno.readDirSync(`${folder}/tmp`)], []);
  });
});

interface Told {
  readonly subject: string;
  readonly verdict: string;
  readonly message: string;
  readonly fix?: string;
}

Deno.test("letts doctor passes a dugdale that is as letts.yaml says", async () => {
  await using fleet = await openFleet(1);
  const good = await fleet.cli(["doctor"]);
  assertEquals([good.code, good.stderr], [0, ""], good.stdout);
  const shown = good.stdout.replace(/in \S+: version dev, up \S+/, "in 0").replace(
    /d (just now|\S+ ago)/,
    "d 0",
  )
    .replace(/[\d.]+ .iB of [\d.]+ .iB/, "0");
  assertEquals(
    shown,
    `ok    letts.yaml  letts.yaml: 1 dugdale
ok    letts.yaml  plain tokens, readable by the owner only
ok    s1          answers in 0
ok    s1          configuration applied 0
ok    s1          takes the tokens of dispatch, admin, exec
ok    s1          accepts missions
ok    s1          the clocks agree
ok    s1          0 are free on its disk
`,
  );
});

Deno.test("letts doctor finds what is wrong, and says what helps", async (t) => {
  await using fleet = await openFleet(1);
  const path = `${fleet.folder}/letts.yaml`;
  const yaml = await Deno.readTextFile(path);
  const doctor = async (text: string, code: number, args: readonly string[] = []) => {
    await Deno.writeTextFile(path, text);
    const ended = await fleet.cli(["doctor", "-o", "json", ...args]);
    assertEquals(ended.code, code, ended.stdout + ended.stderr);
    const told: Told[] = JSON.parse(ended.stdout);
    return told.filter(({ verdict }) => verdict !== "ok");
  };
  const one = (subject: string, verdict: string, message: string, fix: string) => [
    { subject, verdict, message, fix },
  ];

  await t.step("faults and permissions of letts.yaml, and one without a dugdale", async () => {
    const [broken] = await doctor("dugdales: [", 3);
    assertEquals([broken?.subject, broken?.verdict], ["letts.yaml", "fail"]);
    assertEquals(broken?.fix, "letts.example.yaml explains every key");
    await Deno.chmod(path, 0o644);
    const [open] = await doctor(yaml, 3);
    assertMatch(open?.message ?? "", /its mode must be 0600/);
    assertMatch(open?.fix ?? "", /^chmod 600 /);
    const wide = await doctor(yaml, 0, ["--insecure-config-permissions"]);
    assertEquals(wide.map(({ verdict, message }) => [verdict, message]), [
      ["warn", "plain tokens, readable by other users"],
    ]);
    await Deno.chmod(path, 0o600);
    const [none] = await doctor(yaml, 1, ["--match", "nothing"]);
    assertEquals([none?.verdict, none?.message], ["fail", "letts.yaml: 0 dugdales"]);
  });
  await t.step("a lane that was paused by hand, and what was not applied", async () => {
    await fleet.cli(["ctl", "lanes", "pause", "normal", "--host", "s1"]);
    assertEquals(await doctor(yaml.replace("concurrency: 4", "concurrency: 5"), 0), [
      ...one("s1", "warn", "differs from letts.yaml", "letts apply -f letts.yaml --dry-run shows how"),
      ...one("s1", "warn", "lane normal was paused by hand", "letts ctl lanes continue normal --host s1"),
    ]);
    await fleet.cli(["ctl", "lanes", "continue", "normal", "--host", "s1"]);
  });
  await t.step("tokens that are refused or whose variable is unset", async () => {
    const wrong = yaml.replace("exec_token: e-token", "exec_token: wrong").replace(
      "token: d-token",
      `token: "\${NOT_SET}"`,
    );
    const told = await doctor(wrong, 1);
    assertEquals(told.map(({ message }) => message), [
      "dispatch token: letts.yaml:1: auth.token: the environment variable NOT_SET is not set",
      "refuses the exec token: 401 unauthorized",
    ]);
    assertEquals(told[1]?.fix, "exec_token in letts.yaml must be one of exec.tokens in its dugdale.yaml");
    const none = await doctor(yaml.replace(/auth: .*/, ""), 1);
    assertEquals(none, one("s1", "fail", "no token can be used", "add its tokens to letts.yaml"));
  });
  await t.step("dugdales that cannot be reached or do not answer", async () => {
    using mute = Deno.listen({ port: 0, hostname: "127.0.0.1" });
    for (const url of ["http://127.0.0.1:9", `http://127.0.0.1:${mute.addr.port}`]) {
      const impatient = ["--request-timeout", "200ms"];
      const [told] = await doctor(yaml.replace(fleet.urls[0] ?? "", url), 1, impatient);
      assertEquals([told?.subject, told?.verdict], ["s1", "fail"]);
      assertMatch(told?.fix ?? "", /^is a dugdale running there/);
    }
  });
  await t.step("an answer that is not a dugdale's, and metrics that are refused", async () => {
    for (const status of [404, 401]) {
      await using other = new Scripted(() => new Response("<html>", { status }));
      const at = `http://127.0.0.1:${other.port}`;
      assertEquals(
        await doctor(yaml.replace(fleet.urls[0] ?? "", at), 1),
        one(
          "s1",
          "fail",
          `dugdale ${at} ${status}`,
          "something else answers: does letts.yaml say the right address, and does a proxy let letts through?",
        ),
      );
    }
    await using proxy = new Scripted(({ target, headers }) =>
      target === "/v1/metrics"
        ? new Response("no", { status: 403 })
        : fetch(`${fleet.urls[0]}${target}`, { headers })
    );
    const behind = `http://127.0.0.1:${proxy.port}`;
    const [told, ...more] = await doctor(yaml.replace(fleet.urls[0] ?? "", behind), 0);
    assertEquals([told?.verdict, told?.message], ["warn", `GET /v1/metrics: dugdale ${behind} 403`]);
    assertEquals(more, []);
  });
  await t.step("a dugdale that was never applied, a wrong clock, a full disk", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    await using odd = new Scripted(({ target }) =>
      target === "/v1/readyz"
        ? Response.json({ error: "awaiting_apply", message: "nothing was applied" }, { status: 503 })
        : target === "/v1/metrics"
        ? new Response(`letts_disk_bytes{kind="free"} 1048576\nletts_disk_bytes{kind="size"} 1073741824\n`, {
          headers: { date },
        })
        : Response.json({
          ...{
            version: "dev",
            uptime_seconds: 1,
            applied_at: null,
            queue_summary: { queued: 0, running: 0 },
          },
          state: {},
        })
    );
    const told = await doctor(yaml.replace(fleet.urls[0] ?? "", `http://127.0.0.1:${odd.port}`), 0);
    assertEquals(
      told.map(({ verdict, message }) => `${verdict} ${message.replace(/(59m|1h).* ahead/, "0 ahead")}`),
      [
        "warn no configuration was applied yet",
        "warn its clock is 0 ahead, so that --since and ages are wrong",
        "warn 1.00 MiB of 1.00 GiB are free on its disk",
      ],
    );
  });
});

Deno.test("versionFinding() warns of versions that differ before the last number", () => {
  assertEquals(versionFinding("0.1.4", "0.1.0"), []);
  assertEquals(versionFinding("dev", "0.1.0"), []);
  assertEquals(versionFinding("0.2.0", "0.1.0").map(({ message }) => message), [
    "it is version 0.2.0, this letts is 0.1.0",
  ]);
});

Deno.test("errorFix() has advice for each refusal", () => {
  const fix = (status: number, code = `http_${status}`, Class = HttpError) =>
    errorFix(new Class(code, "no", { host: "s1", status }))?.split(":")[0];
  assertEquals([fix(301), fix(502), fix(504), fix(500)], [
    "something else answers",
    "a proxy answers for it",
    "a proxy answers for it",
    "something else answers",
  ]);
  assertEquals(fix(503, "draining", BackPressureError), "it is stopping");
  assertEquals(fix(429, "rate_limited", BackPressureError), "it is busy");
  assertEquals(
    fix(403, "forbidden", AuthError),
    "the tokens in letts.yaml must be those of its dugdale.yaml",
  );
  assertEquals(fix(500, "db_error"), "its log says why");
  assertEquals(fix(404, "not_found", NotFoundError), "it does not understand this letts");
  assertEquals(errorFix(new ArgumentError("no")), undefined);
});

Deno.test("letts top --once prints lanes, what runs, and which dugdales cannot be asked", async () => {
  await using fleet = await openFleet(1);
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  await Deno.writeTextFile(
    `${fleet.folder}/letts.yaml`,
    yaml + `  - { id: gone, url: "http://127.0.0.1:9" }\n`,
  );
  const dispatch = ["dispatch", "--host", "s1", "--lane", "normal", "--mission", "forever"];
  const [id = ""] = (await fleet.cli(dispatch)).stdout.split("\t");
  const follow = startCli(["logs", id, "--host", "s1", "--follow"], { cwd: fleet.folder });
  for await (const _started of follow.stdout) break; // it runs as soon as it says something
  follow.kill();
  await follow.stderr.cancel();
  await follow.status;
  const { code, stdout } = await fleet.cli(["top", "--once"]);
  assertEquals(code, 0);
  assertMatch(
    stdout,
    /^letts top {2}\d\d:\d\d:\d\d {2}running 1 {2}queued 0 {2}1 of 2 do not answer\n\nDUGDALE {2}LANE/,
  );
  assertMatch(stdout, /\ns1 +normal +open +1\/4 +0\n/);
  assertMatch(stdout, /\ngone +no answer\n.*: gone \(127\.0\.0\.1:9\)/);
  assertMatch(stdout, new RegExp(`s1 +normal +forever +${id}\n$`));
});

Deno.test("letts top --once exits with 4 when no dugdale can be reached", () =>
  withFolder(async (cwd) => {
    const yaml = 'dugdales:\n  - { id: gone, url: "http://127.0.0.1:9", token: t, admin_token: a }\n';
    await Deno.writeTextFile(`${cwd}/letts.yaml`, yaml, { mode: 0o600 });
    const { code, stdout, stderr } = await cli(["top", "--once"], { cwd });
    assertEquals(code, 4);
    assertMatch(stdout, /\n.*: gone \(127\.0\.0\.1:9\)/);
    assertMatch(stderr, /^letts: .*: gone \(127\.0\.0\.1:9\)/);
  }));

Deno.test("letts ctl lists with colours and human times on a terminal", async () => {
  await using fleet = await openFleet(1);
  await fleet.cli(["run", "-q", "--route", "normal", "--mission", "fails"]);
  const missions = await onTerminal(["ctl", "missions", "list", "--host", "s1"], fleet.folder);
  assertStringIncludes(missions, "\x1b[31mfailed\x1b[39m");
  assertMatch(missions, /(just now|\ds ago)/);
  for (const line of missions.replaceAll("\r", "").split("\n")) {
    // deno-lint-ignore no-control-regex -- colours are what is taken out
    assertEquals(line.replace(/\x1b\[\d+m/g, "").length <= 100, true, line);
  }
  const lanes = await onTerminal(["ctl", "lanes", "list", "--host", "s1"], fleet.folder);
  assertStringIncludes(lanes, "\x1b[33mpaused\x1b[39m");
});

Deno.test("letts dugdale has flags of its own, in help too, with one dash or two", async () => {
  const help = await cli(["help", "dugdale"]);
  assertMatch(help.stdout, /--check-config {2,}check the configuration/);
  assertEquals(help.stdout.includes("--request-timeout"), false);
  const unknown = await cli(["dugdale", "-verbos"]);
  assertEquals([unknown.code, unknown.stderr], [2, ""]);
  assertStringIncludes(unknown.stdout, "unknown flag: --verbos");
  const { code, stdout, stderr } = await cli(["dugdale", "-version"]);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^dugdale \S+ \(commit=\S+, built_at=\S+\)\n$/);
  await withFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/d.yaml`, "listen: nowhere\n", { mode: 0o600 });
    const missing = await cli(["dugdale", "-config", "d.yaml", "--check-config"], { cwd: folder });
    assertEquals([missing.code, missing.stderr], [3, ""]);
    assertStringIncludes(missing.stdout, "config parse: ");
  });
});

Deno.test("letts man prints the page of a command", async () => {
  const page = await cli(["man", "ctl", "lanes", "pause"]);
  assertEquals(page.code, 0);
  assertMatch(page.stdout, /^\.TH LETTS-CTL-LANES-PAUSE 1 /);
  assertEquals((await cli(["man", "bogus"])).code, 2);
});
