/** Version, commit and date of a build, for `--version`, `GET /v1/version` and the metrics. */
import config from "../deno.json" with { type: "json" };
import type { VersionReply } from "../protocol/lane.ts";

const ROOT = new URL("../", import.meta.url);

/** The version of `deno.json`, the commit of the checkout (with `-dirty` if it was changed), and the current time. */
export async function stamp(): Promise<VersionReply> {
  const head = await git("rev-parse", "--short=12", "HEAD");
  const changed = head !== undefined && await git("status", "--porcelain", "--untracked-files=no") !== "";
  const built_at = new Date().toISOString().replace(/\.\d+Z$/, "Z");
  return { version: config.version, commit: `${head ?? "unknown"}${changed ? "-dirty" : ""}`, built_at };
}

/**
 * Replaces constants of a checkout, such as the one of `dugdale/version.ts`, by those of the build.
 *
 * @throws {Error} When a constant does not occur exactly once.
 */
export function stamped<Facts extends object>(source: string, of: Facts, stamp: Facts): string {
  const said = (facts: Facts, space = " "): string =>
    Object.entries(facts).map(([name, value]) => `${name}:${space}${JSON.stringify(value)}`).join(
      `,${space}`,
    );
  // The bundler changes white space.
  const [before, after, ...more] = source.split(new RegExp(said(of, "\\s*")));
  if (before === undefined || after === undefined || more.length > 0) {
    throw new Error(`the bundle must have ${said(of)} once`);
  }
  return `${before}${said(stamp)}${after}`;
}

/** Output of git; undefined outside of a checkout. */
async function git(...args: string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await new Deno.Command("git", { args, cwd: ROOT, stderr: "null" }).output();
    return code === 0 ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
