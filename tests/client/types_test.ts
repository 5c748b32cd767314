import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { defineMission, type LettsClient, type MissionEvent } from "../../client/mod.ts";

const resize = defineMission<{ width: number }, { made: string }>("resize");
declare const letts: LettsClient;
const lane = "default";

// Never called: what is tested is that they compile, or do not, and then for the reason that is named.
const TYPED: readonly ((event: MissionEvent) => unknown)[] = [
  () => letts.run({ lane }, { mission: "a", input: [1, "two", null], timeout: "5m", waitMs: 1000 }),
  () => letts.dispatch({ host: 5, lane }, { mission: "a", files: { log: new Uint8Array() } }),
  async () => (await letts.run<{ words: number }>({ route: "r" }, { mission: "a" })).return?.words.toFixed(),
  async () => (await letts.run({ lane }, resize, { input: { width: 3 } })).return?.made.toUpperCase(),
  // An address has no such part.
  // @ts-expect-error 'extra' does not exist in type 'Address'
  () => letts.run({ route: "r", host: "h", lane, extra: true }, { mission: "a" }),
  // A host needs a lane.
  // @ts-expect-error '{ host: string; }' is not assignable to parameter of type 'Address'
  () => letts.run({ host: "h" }, { mission: "a" }),
  // A mission has a name.
  // @ts-expect-error '{}' is not assignable to parameter of type 'RunOptions'
  () => letts.run({ lane }, {}),
  // The width is a number.
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  () => letts.run({ lane }, resize, { input: { width: "3" } }),
  // A resize needs an input.
  // @ts-expect-error '{}' is not assignable to parameter of type 'Typed<DispatchOptions, { width: number; }>'
  () => letts.dispatch({ lane }, resize, {}),
  // What it returns has no such member.
  // @ts-expect-error 'size' does not exist on type '{ made: string; }'
  async () => (await letts.run({ lane }, resize, { input: { width: 3 } })).return?.size,
  // A number is no file.
  // @ts-expect-error 'number' is not assignable to type 'FileSource'
  () => letts.dispatch({ lane }, { mission: "a", files: { log: 5 } }),
  // A function is no JSON.
  // @ts-expect-error '{ call: () => number; }' is not assignable to type 'JsonValue | undefined'
  () => letts.dispatch({ lane }, { mission: "a", input: { call: () => 1 } }),
  // A job needs to go somewhere.
  // @ts-expect-error '{ mission: string; }' is not assignable to type 'Job'
  () => letts.runMany([{ mission: "a" }]),
  // An outcome has no result before it is known to be good.
  // @ts-expect-error 'result' does not exist on type 'HostOutcome<JsonObject>'
  async () => (await letts.runMany([{ lane, mission: "a" }]))[0]?.result,
  // `waitMs` is a number of milliseconds.
  // @ts-expect-error Type 'string' is not assignable to type 'number'
  () => letts.run({ lane }, { mission: "a", waitMs: "5s" }),
  // A mission without an answer may not be there.
  // @ts-expect-error Object is possibly 'undefined'
  async () => (await letts.getMission("id")).status,
  // An event of another kind has no outcome.
  // @ts-expect-error 'outcome' does not exist on type 'ProgressEvent'
  (event: MissionEvent) => event.event === "progress" && event.outcome,
];

/** The lines that the compiler refuses when it is not told to expect it, with what it says about each. */
async function faults(source: string): Promise<ReadonlyMap<number, string>> {
  const root = new URL("../../", import.meta.url);
  const folder = await Deno.makeTempDir();
  try {
    const text = source.replaceAll("@ts-expect-error", "").replace(
      "../../client/mod.ts",
      `${root}client/mod.ts`,
    );
    await Deno.writeTextFile(`${folder}/probe.ts`, text);
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", new URL("deno.json", root).pathname, `${folder}/probe.ts`],
      env: { NO_COLOR: "1" },
    }).output();
    const found = new TextDecoder().decode(stderr).matchAll(
      /^TS\d+ \[ERROR\]: (.*?)^ {4}at file:\/\/\S*\/probe\.ts:(\d+):/gms,
    );
    return new Map([...found].map(([, message = "", line]) => [Number(line), message]));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("the client's calls reject invalid usage at compile time, and say why", async () => {
  assertEquals(TYPED.length, 17);
  const source = await Deno.readTextFile(new URL(import.meta.url));
  const found = await faults(source);
  const expected = source.split("\n").flatMap((line, index) => {
    const reason = /^ {2}\/\/ @ts-expect-error (.*)/.exec(line)?.[1];
    return reason === undefined ? [] : [[index + 2, reason] as const];
  });
  assertEquals([...found.keys()], expected.map(([line]) => line));
  assert(expected.length === 13);
  for (const [line, reason] of expected) assertStringIncludes(found.get(line) ?? "", reason);
});

// An application elsewhere: the sources are checked with its options, not with those of this repository.
const APPLICATION = `
import { defineMission, LettsClient } from "@letts/letts";
import type { RunResult } from "@letts/letts/client";
const report = defineMission<{ day: string; n?: number }, { lines: number }>("log_report");
export async function main(log: Uint8Array<ArrayBuffer>): Promise<RunResult<{ lines: number }>> {
  await using client = await LettsClient.embedded({ missions: "." });
  const to = { lane: "default" };
  const result = await client.run(to, report, { input: { day: "today" }, files: { log } });
  await client.saveOutput(result, "report", "report.html");
  const { staging_id } = await client.upload("embedded", new Blob([log]));
  await client.saveDownload("embedded", staging_id, "log");
  const jobs = [1, 2].map((n) => ({ ...to, input: { day: "today", n }, files: { log } }));
  for (const one of await client.runMany(report, jobs)) console.log(one.ok ? one.result.return?.lines : one.error.code);
  for (const one of await client.runMany([{ ...to, mission: report.mission }])) console.log(one.ok);
  return result;
}
`;

Deno.test("every export, and an application that uses them, has sound types under options of its own", async () => {
  const root = new URL("../../", import.meta.url);
  const { exports, imports }: Record<"exports" | "imports", Record<string, string>> = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const ours = Object.entries(exports).map(([name, path]) => [
    `@letts/letts${name.slice(1)}`,
    new URL(path, root).href,
  ]);
  const theirs = Object.entries(imports).map(([name, path]) => [name, path.replace(/^\.\//, root.href)]);
  const folder = await Deno.makeTempDir();
  try {
    const config = {
      // What is not named here is as the runtime has it by default.
      compilerOptions: {
        lib: ["dom", "dom.iterable", "dom.asynciterable", "esnext", "deno.ns", "deno.unstable"],
      },
      imports: Object.fromEntries([...theirs, ...ours]),
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/app.ts`, APPLICATION);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "app.ts", ...ours.map(([, href = ""]) => href)],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
