import { assertEquals, assertMatch } from "@std/assert";
import { toBytes, toText } from "@std/streams";
import { baseEnv, cliWords, startCli } from "../cli_process.ts";
import { heldFleet, openFleet } from "../fleet.ts";

const AT = ["--host", "s1", "--lane", "normal"];
const RUN = ["run", ...AT, "--mission", "forever"];
const DISPATCH = ["dispatch", ...AT, "--mission", "forever"];
const EXEC = ["exec", ...AT, "--allow-shell", "--", "sh", "-c", "echo started; exec sleep 600"];

/** What is said about something that goes on, with its id. */
function toldOf(stderr: string, kind: string, how: string): string {
  const [told, id = ""] = new RegExp(`^letts: ${kind} (\\S+) ${how} s1\n(.*\n)*`, "m").exec(stderr) ?? [];
  assertEquals(
    told,
    `letts: ${kind} ${id} ${how} s1
  follow it: letts events ${id} --host s1 --follow
  end it:    letts ctl ${kind === "exec" ? "exec" : "missions"} kill ${id} --host s1
`,
  );
  return id;
}

Deno.test("Ctrl-C ends the waiting, not what runs, and reports how to follow and to end it", async (t) => {
  await using fleet = await openFleet();
  await using proxy = await heldFleet(fleet);
  for (const [kind, args] of [["mission", RUN], ["exec", EXEC]] as const) {
    await t.step(`letts ${args[0]}`, async () => {
      const child = startCli(args, { cwd: fleet.folder });
      const shown = child[kind === "exec" ? "stdout" : "stderr"].pipeThrough(new TextDecoderStream());
      let text = "";
      let sent = false;
      for await (const chunk of shown) {
        text += chunk;
        if (sent || !text.includes("started\n")) continue;
        sent = true;
        child.kill("SIGINT");
      }
      const stderr = kind === "exec" ? await toText(child.stderr) : text;
      if (kind === "mission") await child.stdout.cancel();
      assertEquals((await child.status).code, 130);
      const id = toldOf(stderr, kind, "keeps running on");
      const events = await fleet.cli(["events", id, "--host", "s1"]);
      assertMatch(events.stdout, /"event":"running"/);
      assertEquals(events.stdout.includes(`"done"`), false);
      assertEquals((await fleet.cli(["ctl", kind === "exec" ? "exec" : "missions", "kill", id])).code, 0);
    });
  }

  for (const [kind, args] of [["mission", RUN], ["exec", EXEC], ["mission", DISPATCH]] as const) {
    await t.step(`letts ${args[0]} on a dugdale that does not answer`, async () => {
      const asked = proxy.hold();
      const child = startCli(args, { cwd: fleet.folder });
      await asked;
      child.kill("SIGINT");
      const { code, stderr } = await child.output();
      assertEquals(code, 130);
      toldOf(new TextDecoder().decode(stderr), kind, "may have been accepted by");
    });
  }
  for (const args of [RUN, EXEC]) {
    await t.step(
      `letts ${args[0]}: a second one leaves at once although stderr is not read`,
      async () => {
        const asked = proxy.hold();
        const [program, ...words] = cliWords(args);
        const child = new Deno.Command("sh", {
          args: ["-c", `head -c 65536 /dev/zero >&2; exec "$0" "$@"`, program, ...words],
          cwd: fleet.folder,
          clearEnv: true,
          env: baseEnv(),
          stdin: "null",
          stdout: "null",
          stderr: "piped",
        }).spawn();
        await asked;
        child.kill("SIGINT");
        await proxy.left(); // the first was heard; it waits for a place in the pipe
        child.kill("SIGINT");
        assertEquals((await child.status).code, 130);
        const stderr = await toBytes(child.stderr);
        assertEquals(stderr.length, 65536);
      },
    );
  }
});

Deno.test("Ctrl-C in a fan-out names the missions that run or may run, and no dugdale that was never asked", async () => {
  await using fleet = await openFleet(2);
  await using proxy = await heldFleet(fleet);
  const path = `${fleet.folder}/letts.yaml`;
  const token = '"${NOT_SET}"';
  const bare = `  - { id: bare, url: "${fleet.urls[1]}", token: ${token}, exec_token: ${token} }\n`;
  await Deno.writeTextFile(path, await Deno.readTextFile(path) + bare);
  const hosts = ["--host", "s1,bare,s2", "--lane", "normal", "-o", "ndjson"];
  for (
    const [kind, args] of [
      ["mission", ["run", ...hosts, "--mission", "forever"]],
      ["exec", ["exec", ...hosts, "--stdin=none", "--", "sleep", "600"]],
    ] as const
  ) {
    const asked = proxy.hold();
    const child = startCli(args, { cwd: fleet.folder });
    let stdout = "";
    for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
      const before = stdout;
      stdout += chunk;
      const runs = /"host":"s2".*"running"/;
      if (!runs.test(stdout) || runs.test(before)) continue;
      await asked;
      child.kill("SIGINT");
    }
    const stderr = await toText(child.stderr);
    assertEquals((await child.status).code, 130);
    assertEquals(
      [...stderr.matchAll(/^letts: (.*)$/gm)].map(([, told = ""]) => told.replace(/[0-9a-f-]{36}/, "<id>"))
        .sort(),
      [`${kind} <id> keeps running on s2`, `${kind} <id> may have been accepted by s1`],
    );
  }
});
