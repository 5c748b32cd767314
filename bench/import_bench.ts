/** Start-up of a Deno script that imports the mission runtime, side by side with one that is empty. */
import { median, report } from "./harness.ts";

const ROUNDS = 60;
const RUNTIME = new URL("../mission/mod.ts", import.meta.url).href;
const SCRIPTS: Readonly<Record<string, string>> = {
  empty: "export {};\n",
  import: `import "${RUNTIME}";\n`,
  mission: `import { mission } from "${RUNTIME}";\nawait mission(() => ({}));\n`,
};

const folder = await Deno.makeTempDir({ prefix: "letts-bench-" });
try {
  for (const [name, source] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(`${folder}/${name}.ts`, source);
  }
  const times = new Map(Object.keys(SCRIPTS).map((name) => [name, [] as number[]]));
  // In turns, so that a bad minute of the machine is bad for all of them. The first round fills the caches.
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, taken] of times) {
      const ms = await startMs(`${folder}/${name}.ts`);
      if (round >= 0) taken.push(ms);
    }
  }
  const [empty = NaN, imported = NaN, whole = NaN] = [...times.values()].map(median);
  const figure = (ms: number): string => `${ms.toFixed(1)} ms to ${empty.toFixed(1)} ms`;
  report("import of the runtime, to an empty script", figure(imported), imported / empty, "at most 1.5");
  report("smallest whole mission, to an empty script", figure(whole), whole / empty, "at most 1.6");
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Runs a script to its end with the permissions of a mission. */
async function startMs(path: string): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--allow-env=LETTS_*",
      "--allow-read=.,/dev/fd/3",
      "--allow-write=.,/dev/fd/3",
      path,
    ],
    cwd: folder,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (code !== 0) throw new Error(`${path} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  return performance.now() - start;
}
