import { assert, assertEquals, assertRejects } from "@std/assert";
import { ArgumentError, ConfigError, LettsClient, MissionFailedError } from "../../client/mod.ts";

/** A folder with missions and one for data. */
async function openBench(): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "letts-test-" });
  const success = (by: string) => `{"event":"success","return":{"by":"${by}"}}`;
  const missions: Record<string, string> = {
    "shell.sh": `echo '${success("sh")}' >&3`,
    "snake.py": `import os\nos.write(3, b'${success("python")}\\n')`,
    "deno.ts":
      `const channel: string = "/dev/fd/3"; Deno.openSync(channel, { write: true }).writeSync(new TextEncoder().encode('${
        success("deno")
      }\\n'));`,
    "binary": `#!/bin/sh\necho '${success("itself")}' >&3`,
    "by_itself.js": `#!/bin/sh\necho '${success("first line")}' >&3`,
    "plain.txt": "nothing to run",
    "forever.sh": `echo $$ > ../pid; exec sleep 600`,
  };
  for (const [name, text] of Object.entries(missions)) {
    await Deno.mkdir(`${path}/missions`, { recursive: true });
    await Deno.writeTextFile(`${path}/missions/${name}`, text, {
      mode: text.startsWith("#!") ? 0o755 : 0o644,
    });
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

const LANE = { lane: "default" };

Deno.test("LettsClient.embedded() runs each mission by its first line or the ending of its file, named with it or without", async () => {
  await using bench = await openBench();
  await using letts = await LettsClient.embedded({ missions: `${bench.path}/missions` });
  for (
    const [mission, by] of [["shell", "sh"], ["shell.sh", "sh"], ["snake", "python"], ["deno", "deno"], [
      "binary",
      "itself",
    ], ["by_itself", "first line"]] as const
  ) {
    assertEquals((await letts.run(LANE, { mission })).return, { by });
  }
  assertEquals((await letts.run({ route: "default" }, { mission: "shell" })).return, { by: "sh" });
});

Deno.test("LettsClient.embedded() says what is wrong with a mission that cannot be started", async () => {
  await using bench = await openBench();
  await using letts = await LettsClient.embedded({ missions: `${bench.path}/missions` });
  for (
    const [mission, message] of [
      ["none", "there is no mission file none, nor one with a known ending"],
      ["plain.txt", "mission file plain.txt is not executable, and its ending names no program"],
    ] as const
  ) {
    const error = await assertRejects(() => letts.run(LANE, { mission }), MissionFailedError);
    assertEquals([error.result.outcome, error.result.failMessage], ["failed", message]);
  }
});

Deno.test("LettsClient.embedded() keeps missions in a data directory that is given", async () => {
  await using bench = await openBench();
  const options = {
    missions: new URL(`file://${bench.path}/missions`),
    dataDir: `${bench.path}/data`,
    lanes: { side: { concurrency: 1, paused: true } },
    concurrency: 3,
  };
  let id: string;
  {
    await using letts = await LettsClient.embedded(options);
    id = (await letts.dispatch({ lane: "side" }, { mission: "shell" })).missionId;
  }
  await using letts = await LettsClient.embedded(options);
  const lanes = await letts.lanes("embedded");
  assertEquals(lanes.map(({ name, concurrency, queued }) => [name, concurrency, queued]), [
    ["default", 3, 0],
    ["side", 1, 1],
  ]);
  assertEquals((await letts.getMission(id))?.status, "queued");
});

Deno.test("LettsClient.embedded() starts missions by a command of the caller", async () => {
  await using bench = await openBench();
  await using letts = await LettsClient.embedded({
    missions: `${bench.path}/missions`,
    missionPath: "{mission}.txt",
    command: ["sh", "-c", `echo '{"event":"success","return":{"of":"'"$1"'"}}' >&3`, "sh", "{mission}"],
  });
  assertEquals((await letts.run(LANE, { mission: "plain" })).return, { of: "plain" });
});

Deno.test("Releasing an embedded client ends its missions", async () => {
  await using bench = await openBench();
  let pid = 0;
  {
    await using letts = await LettsClient.embedded({ missions: `${bench.path}/missions` });
    await using handle = await letts.start(LANE, { mission: "forever" });
    for await (const event of handle.events()) {
      if (event.event !== "running") continue;
      pid = event.pid ?? 0;
      break;
    }
  }
  assert(pid > 0);
  const error = await assertRejects(async () => await Deno.stat(`/proc/${pid}`));
  assert(error instanceof Deno.errors.NotFound);
});

Deno.test("LettsClient.embedded() refuses what cannot work, and releases everything", async () => {
  await using bench = await openBench();
  await assertRejects(() => LettsClient.embedded({ missions: `${bench.path}/none` }), ArgumentError);
  const missions = `${bench.path}/missions`;
  const lanes = { "Not a name": { concurrency: 1 } };
  await assertRejects(() => LettsClient.embedded({ missions, lanes }), ConfigError);
});
