/**
 * Does what a page of the manual says, as a reader would: files that it shows are written, commands that it shows are
 * typed, and what it says they print is compared.
 *
 * @module
 */
import { assert } from "@std/assert";
import { filled, packedFile, programFiles } from "../../build/program.ts";

/** One thing to do. */
type Step =
  | { readonly kind: "file"; readonly path: string; readonly text: string }
  | { readonly kind: "command"; readonly text: string; readonly printed: string | undefined };

/**
 * The steps of a page: a block below a line such as "`missions/a.ts`:" is a file, a block `sh` is typed, a block `text`
 * below it is what it prints. A block `sh ignore` cannot be run here, and says so by that.
 */
export function stepsOf(page: string): readonly Step[] {
  const steps: Step[] = [];
  for (
    const [, before = "", language = "", text = ""] of page.matchAll(
      /([^\n]*)\n\n?```([^\n]*)\n(.*?)^```$/gms,
    )
  ) {
    const path = /^`([^`]+)`:$/.exec(before)?.[1];
    const last = steps.at(-1);
    if (path !== undefined) steps.push({ kind: "file", path, text });
    else if (language === "sh") steps.push({ kind: "command", text, printed: undefined });
    else if (language === "text" && last?.kind === "command") {
      steps[steps.length - 1] = { ...last, printed: text };
    }
  }
  return steps;
}

/** The first line that is wanted and not printed. `…` stands for anything; lines of two streams may change places. */
export function missingLine(printed: string, wanted: string): string | undefined {
  const lines = printed.split("\n").map((line) => line.trim());
  return wanted.split("\n").map((line) => line.trim()).filter((line) => line !== "" && line !== "…").find(
    (line) => {
      const pattern = line.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*");
      const at = lines.findIndex((candidate) => new RegExp(`^${pattern}$`).test(candidate));
      if (at >= 0) lines.splice(at, 1);
      return at < 0;
    },
  );
}

/** Why no page can be walked here; undefined when they can. */
export function cannotWalk(): string | undefined {
  if (Deno.build.os !== "linux") return "Linux only";
  const args = ["-rmpfn", "--mount-proc", "sh", "-c", "ip link set lo up"];
  const { success } = new Deno.Command("unshare", { args, stderr: "null" }).outputSync();
  return success ? undefined : "no namespaces here";
}

/** An installed letts with its own Deno, as a package lays it out, in a folder. */
export async function install(folder: string): Promise<void> {
  await Deno.mkdir(`${folder}/lib/bin`, { recursive: true });
  await Deno.mkdir(`${folder}/bin`);
  for (const { name, bytes, mode } of await programFiles()) {
    await Deno.writeFile(`${folder}/lib/${name}`, bytes, { mode });
  }
  await Deno.symlink(Deno.execPath(), `${folder}/lib/deno`);
  await Deno.writeTextFile(`${folder}/lib/bin/deno`, await packedFile("deno.sh"), { mode: 0o755 });
  const start = filled(await packedFile("installed.sh"), { START: await packedFile("start.sh") });
  await Deno.writeTextFile(`${folder}/bin/letts`, start.replace("/usr/lib/letts", `${folder}/lib`), {
    mode: 0o755,
  });
  await Deno.symlink("letts", `${folder}/bin/dugdale`);
}

/** A reader who has started a dugdale takes a breath before typing on. */
const BREATH = "for i in $(seq 100); do (: </dev/tcp/127.0.0.1/7180) 2>/dev/null && break; sleep 0.1; done\n";

/** What a how-to page starts from. */
const BEFORE = `exec >"$HOME/../before" 2>&1; letts init proj; cd proj; letts dugdale 2>dugdale.log &
${BREATH}letts apply -q -f letts.yaml\n`;

/** Follows a page in an empty folder, with a network and processes of its own, and compares what it says is printed. */
export async function walk(page: string, installed: string, isHowTo: boolean): Promise<void> {
  const steps = stepsOf(page);
  assert(steps.some(({ kind }) => kind === "command"), "there is nothing to type on the page");
  const folder = await Deno.makeTempDir({ prefix: "letts-page-" });
  try {
    await Deno.mkdir(`${folder}/home`);
    const script = steps.map((step, index) =>
      step.kind === "file"
        ? `mkdir -p "$(dirname '${step.path}')"; cp "$HOME/../step${index}" '${step.path}'; chmod ${
          step.text.startsWith("#!") ? 755 : 600
        } '${step.path}'\n`
        : `exec >"$HOME/../printed${index}" 2>&1\n${step.text}\n${/&\n$/.test(step.text) ? BREATH : ""}`
    ).join("");
    await Promise.all(
      steps.map((step, index) =>
        step.kind === "file" ? Deno.writeTextFile(`${folder}/step${index}`, step.text) : undefined
      ),
    );
    await Deno.writeTextFile(
      `${folder}/script`,
      `ip link set lo up; cd "$HOME"\n${isHowTo ? BEFORE : ""}${script}`,
    );
    await new Deno.Command("timeout", {
      args: [
        "-s",
        "KILL",
        "60",
        "unshare",
        "-rmpfn",
        "--mount-proc",
        "--kill-child",
        "bash",
        `${folder}/script`,
      ],
      clearEnv: true,
      env: {
        PATH: `${installed}/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
        HOME: `${folder}/home`,
        LANG: "C.UTF-8",
        NO_COLOR: "1",
      },
    }).output();
    for (const [index, step] of steps.entries()) {
      if (step.kind === "file" || step.printed === undefined) continue;
      const printed = await Deno.readTextFile(`${folder}/printed${index}`).catch(() => "(never typed)");
      const missing = missingLine(printed, step.printed);
      assert(
        missing === undefined,
        `${step.text}\nprints no line "${missing}" where the page says so, but:\n${printed}`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
