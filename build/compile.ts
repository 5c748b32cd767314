// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Compiles one executable for each platform with `deno compile`, in `dist/`. It is smaller than the result of `deno
 * task pack` and contains no Deno for missions: those in TypeScript need one (`LETTS_DENO`, beside it, or on the PATH).
 *
 * Usage: `deno task compile [TARGET…]`, such as `linux-x64`. Default: all targets. The runtime of each is downloaded;
 * without network, `DENORT_BIN` names the `denort` of the single requested target.
 */
import { bundle } from "./bundle.ts";
import { type Target, targetsOf } from "./targets.ts";

/** Everything except remote imports: all of letts is in the file. */
const PERMISSIONS = ["env", "ffi", "net", "read", "run", "sys", "write"].map((name) => `--allow-${name}`);

/** Compiles for one target, and returns the path of the program. @throws {Error} With the reason, in one line. */
export async function compile(target: Target, source: string, folder: string): Promise<string> {
  const path = `${folder}/letts-${target.triple}`;
  const options = [...PERMISSIONS, "--unstable-no-legacy-abort", "--no-check", "--no-config"];
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["compile", ...options, "--target", target.triple, "--output", path, source],
    env: { NO_COLOR: "1" },
    stderr: "piped",
  }).output();
  if (code === 0) return target.windows ? `${path}.exe` : path;
  // The reason follows "error:" and, innermost last, the numbered lines of its causes.
  const text = new TextDecoder().decode(stderr).split("Stack backtrace")[0] ?? "";
  const reason = text.match(/^(error:.*|\s+\d+: .*)$/gm)?.at(-1)?.trim() ?? "no reason given";
  throw new Error(
    `cannot compile for ${target.name}: ${reason}; DENORT_BIN can name the denort of Deno ${Deno.version.deno}`,
  );
}

if (import.meta.main) {
  try {
    const targets = targetsOf(Deno.args);
    if (Deno.env.get("DENORT_BIN") !== undefined && targets.length !== 1) {
      throw new Error("DENORT_BIN is for one target: name it, as in deno task compile linux-x64");
    }
    await Deno.mkdir("dist", { recursive: true });
    await bundle("dist/letts.js");
    for (const target of targets) console.log(await compile(target, "dist/letts.js", "dist"));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
