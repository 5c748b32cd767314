import { assertEquals, assertStringIncludes } from "@std/assert";
import { type Finished, runMission, type RunPlan } from "./run_mission.ts";

/** Whether a Node that the runtime supports is installed. */
async function hasNode(): Promise<boolean> {
  try {
    const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
    const [, major, minor] = /^v(\d+)\.(\d+)/.exec(new TextDecoder().decode(stdout)) ?? [];
    return Number(major) > 20 || (Number(major) === 20 && Number(minor) >= 16);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const ignore = !await hasNode();

/** Runs a JavaScript mission under Node, with the runtime as one plain file beside it. */
async function runUnderNode(source: string, plan: RunPlan = {}): Promise<Finished> {
  const folder = await Deno.makeTempDir({ prefix: "letts_node_" });
  try {
    const runtime = new URL("../../mission/mod.ts", import.meta.url);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--output", `${folder}/letts.mjs`, runtime.href],
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await Deno.writeTextFile(`${folder}/script.mjs`, `import * as letts from "./letts.mjs";\n${source}`);
    return await runMission({ ...plan, command: ["node", `${folder}/script.mjs`] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "nodeHost() runs a mission under Node: input, files, outputs, progress, result",
  ignore,
  fn: async () => {
    const ended = await runUnderNode(
      `import { writeFileSync } from "node:fs";
       await letts.mission(async (m) => {
         m.progress(0.1); m.progress(0.2);
         await m.yield();
         const text = await new Response(m.file("log").open()).text();
         writeFileSync(m.output("copy"), text);
         return { text, n: m.int("n"), size: m.file("log").size, roles: [...m.files.keys()] };
       });`,
      { input: `{"n":7}`, files: { log: "hello" } },
    );
    assertEquals(ended.stderr, "");
    // A progress too soon after another is held back for a moment; what else happens in it depends on the machine.
    const [progress, rest] = [true, false].map((is) =>
      ended.lines.filter(({ event }) => (event === "progress") === is)
    );
    assertEquals(progress, [0.1, 0.2].map((value) => ({ event: "progress", value })));
    assertEquals(rest, [
      { event: "output_file", key: "copy" },
      { event: "success", return: { text: "hello", n: 7, size: 5, roles: ["log"] } },
    ]);
  },
});

Deno.test({
  name: "nodeHost() reports uncaught errors, wherever they were thrown",
  ignore,
  fn: async () => {
    const inFunction = await runUnderNode(`await letts.mission(() => { throw new TypeError("odd"); });`);
    assertEquals([inFunction.lines[0]?.message, inFunction.code], ["odd", 1]);
    assertStringIncludes(inFunction.stderr, "TypeError: odd");
    const inTimer = await runUnderNode(
      `letts.Mission.start(); setTimeout(() => { throw new Error("late"); }, 1);`,
    );
    assertEquals([inTimer.lines[0]?.message, inTimer.code], ["late", 1]);
    const stuck = await runUnderNode(`await letts.mission(() => new Promise(() => {}));`);
    assertEquals([stuck.lines[0]?.reason, stuck.code], ["uncaught_exception", 1]);
    const left = await runUnderNode(`await letts.mission(() => process.exit(0));`);
    assertEquals([left.lines[0]?.reason, left.code], ["no_result", 1]);
    const silent = await runUnderNode(`letts.Mission.start();`);
    assertEquals([silent.lines, silent.code], [[], 0]);
  },
});

Deno.test({
  name: "nodeHost() runs the same mission from a shell",
  ignore,
  fn: async () => {
    const ended = await runUnderNode(`await letts.mission((m) => ({ n: m.int("n") }));`, {
      mode: "shell",
      args: [`--input={"n":3}`],
    });
    assertEquals([JSON.parse(ended.stdout), ended.code], [{ n: 3 }, 0]);
  },
});
