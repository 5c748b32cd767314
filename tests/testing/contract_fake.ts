/** A fake dugdale that knows the missions of the contract suite. @module */
import { FakeDugdale, FakeEnd, type FakeResult, type FakeRun } from "../../testing/mod.ts";
import { OWN_TOKENS } from "../contract/settings.ts";

/** Takes the tokens of the suite, and does what the files in `tests/missions` do. */
export function contractFake(): FakeDugdale {
  return new FakeDugdale({ tokens: OWN_TOKENS })
    .on("silent.sh", () => {})
    .on("succeeds.sh", () => ({ ok: true }))
    .on("exits_seven.sh", new FakeEnd({ outcome: "failed", exitCode: 7 }))
    .on("there_is_no_such_mission", new FakeEnd({ outcome: "crashed", reason: "spawn_failed" }))
    .on("echo_input.sh", ({ input, print }) => print(JSON.stringify(input)))
    .on("forever.sh", untilKilled)
    .on("ignores_term.sh", untilKilled)
    .on("logs_runs.sh", ({ missionId, input }) => {
      const { log } = input as { log: string };
      Deno.writeTextFileSync(log, `start ${missionId}\nend ${missionId}\n`, { append: true });
    })
    .on("obeys.sh", obey)
    .on("writes_outputs.sh", ({ output }) => {
      output("first", "one");
      output("empty", "");
      return { files: 2 };
    })
    .on("exec", (run) => {
      const [program, ...words] = run.command;
      if (program === "sleep") return untilKilled(run);
      if (program === "echo") run.print(`${words.join(" ")}\n`);
    })
    .onAnyOther(() => {});
}

function untilKilled({ progress, signal }: FakeRun): Promise<FakeResult> {
  progress(undefined, "ready");
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}

/** Lets a shell do what the input says, and tells at its end what it said on descriptor 3. */
async function obey({ input, file, print, progress }: FakeRun): Promise<FakeResult> {
  const { sh } = input as { sh: string };
  const commands = new TextDecoder().decode(Uint8Array.fromBase64(sh));
  const folder = await Deno.makeTempDir();
  try {
    const env: Record<string, string> = {};
    for (const [, role = ""] of commands.matchAll(/LETTS_IN_(\w+)/g)) {
      env[`LETTS_IN_${role}`] = `${folder}/${role}`;
      await Deno.writeFile(`${folder}/${role}`, file(role));
    }
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: ["-c", `exec 3>said; ${commands}`],
      cwd: folder,
      env,
    }).output();
    print(new TextDecoder().decode(stdout));
    print(new TextDecoder().decode(stderr), "stderr");
    for (const line of (await Deno.readTextFile(`${folder}/said`)).split("\n").slice(0, -1)) {
      const { event, value, message, reason, details, return: returned } = JSON.parse(line);
      if (event === "progress") progress(value ?? undefined, message);
      if (event === "success") return returned;
      if (event === "fail") {
        return new FakeEnd({ outcome: "failed", reason, message, details, exitCode: code });
      }
    }
    return code === 0 ? undefined : new FakeEnd({ outcome: "failed", exitCode: code });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
