/** The commands that help people along. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openDugdale } from "../../dugdale/mod.ts";
import { readDugdaleConfig } from "../../config/dugdale_yaml.ts";
import { cli, startCli } from "./cli_process.ts";
import { openFleet } from "./fleet.ts";
import { onTerminal } from "./terminal.ts";

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
    const proj = `${folder}/proj`;
    for (const file of ["letts.yaml", "dugdale.yaml"]) {
      assertEquals((Deno.statSync(`${proj}/${file}`).mode ?? 0) & 0o777, 0o600);
    }
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
    assertStringIncludes(again.stderr, "dugdale.yaml, letts.yaml, missions/hello.sh in ");
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
    const dev = startCli(["dev", "."], { cwd: folder, env: { TMPDIR: `${folder}/tmp` } });
    const stderr = new Response(dev.stderr).text();
    let stdout = "";
    for await (const chunk of dev.stdout.pipeThrough(new TextDecoderStream())) {
      stdout += chunk;
      const path = /LETTS_CONFIG=(.*)\n/.exec(stdout)?.[1];
      if (path === undefined || !stdout.endsWith("\n\n")) continue;
      for (const [mission, by] of [["a.sh", "sh"], ["b.py", "py"]]) {
        const run = ["run", "-q", "--route", "dev", "--mission", mission ?? ""];
        const ran = await cli(run, { cwd: folder, env: { LETTS_CONFIG: path } });
        assertEquals(ran, { code: 0, stdout: `{\n  "by": "${by}"\n}\n`, stderr: "" });
      }
      dev.kill("SIGINT");
    }
    assertEquals((await dev.status).code, 0);
    assertMatch(await stderr, / {2}success {3}a\.sh /);
    assertEquals([...Deno.readDirSync(`${folder}/tmp`)], []);
  });
});

Deno.test("letts doctor finds what is wrong", async () => {
  await using fleet = await openFleet(1);
  const good = await fleet.cli(["doctor"]);
  assertEquals(good.code, 0, good.stdout);
  assertMatch(
    good.stdout,
    /^ok {4}letts\.yaml {2}letts\.yaml: 1 dugdale\nok {4}s1 {10}answers in .*\nok {4}s1 .*applied .*\n$/,
  );
  await fleet.cli(["ctl", "lanes", "pause", "normal", "--host", "s1"]);
  const yaml = await Deno.readTextFile(`${fleet.folder}/letts.yaml`);
  const gone =
    `  - { id: gone, url: "http://127.0.0.1:9" }\n  - { id: bare, url: "http://127.0.0.1:9", token: "\${NOT_SET}" }\n`;
  await Deno.writeTextFile(
    `${fleet.folder}/letts.yaml`,
    yaml.replace("concurrency: 4", "concurrency: 5") + gone,
  );
  const bad = await fleet.cli(["doctor", "-o", "json"]);
  assertEquals(bad.code, 1);
  const checks: { subject: string; verdict: string; message: string }[] = JSON.parse(bad.stdout);
  const of = (subject: string) => checks.filter((check) => check.subject === subject);
  assertEquals(of("s1").filter(({ verdict }) => verdict === "warn").map(({ message }) => message), [
    "differs from letts.yaml: letts apply -f letts.yaml --dry-run",
    "lane normal was paused by hand",
  ]);
  assertEquals(of("gone").map(({ verdict }) => verdict), ["fail"]);
  assertStringIncludes(of("bare")[0]?.message ?? "", "dispatch token: ");
});

Deno.test("letts top --once prints lanes, what runs, and who cannot be asked", async () => {
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
  assertMatch(stdout, /^letts top {2}\d\d:\d\d:\d\d {2}running 1 {2}queued 0\n\nDUGDALE {2}LANE/);
  assertMatch(stdout, /\ns1 {7}normal +open +1\/4 +0\n/);
  assertMatch(stdout, /\ngone {5}dugdale http:\/\/127\.0\.0\.1:9: /);
  assertMatch(stdout, new RegExp(`s1 +normal +forever +${id}\n$`));
});

Deno.test("letts ctl lists with colours and human times on a terminal", async () => {
  await using fleet = await openFleet(1);
  await fleet.cli(["run", "-q", "--route", "normal", "--mission", "fails"]);
  const missions = await onTerminal(["ctl", "missions", "list", "--host", "s1"], fleet.folder);
  assertStringIncludes(missions, "\x1b[31mfailed \x1b[39m");
  assertMatch(missions, /(just now|\ds ago)/);
  for (const line of missions.replaceAll("\r", "").split("\n")) {
    // deno-lint-ignore no-control-regex -- colours are what is taken out
    assertEquals(line.replace(/\x1b\[\d+m/g, "").length <= 100, true, line);
  }
  const lanes = await onTerminal(["ctl", "lanes", "list", "--host", "s1"], fleet.folder);
  assertStringIncludes(lanes, "\x1b[33mpaused\x1b[39m");
});

Deno.test("letts dugdale hands its flags on", async () => {
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
