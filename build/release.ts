// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Makes a release: the version in `deno.json`, which is the only place that has it, the section of `CHANGELOG.md`, a
 * commit and a tag. Push the tag by hand; .github/workflows/release.yml then builds and publishes the files.
 *
 * Usage: `deno task release [--dry-run] VERSION|major|minor|patch`. A dry run changes only `dist/`, where it builds the
 * files.
 */
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { makeArtifacts } from "./artifacts.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const UNRELEASED = "## Unreleased\n";

/** The requested version. @throws {Error} When it is invalid or not higher than the current one. */
export function nextVersion(current: string, asked: string): string {
  const [major = 0, minor = 0, patch = 0] = current.split("-")[0]?.split(".").map(Number) ?? [];
  const steps: Readonly<Record<string, string>> = {
    major: `${major + 1}.0.0`,
    minor: `${major}.${minor + 1}.0`,
    patch: `${major}.${minor}.${patch + 1}`,
  };
  const next = steps[asked] ?? asked;
  if (!/^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$/.test(next)) {
    throw new Error(`"${asked}" is no version, such as 1.2.3 or 1.2.3-rc.1, nor major, minor or patch`);
  }
  return next;
}

/** The changelog with the unreleased section under that version. @throws {Error} When the section is empty. */
export function releasedChangelog(text: string, version: string, date: string): string {
  if (text.includes(`\n## ${version} `)) throw new Error(`CHANGELOG.md has a section for ${version} already`);
  if (notes(text) === "") throw new Error("CHANGELOG.md has nothing under Unreleased");
  return text.replace(UNRELEASED, `${UNRELEASED}\n## ${version} (${date})\n`);
}

/** The content of the section Unreleased. */
export function notes(changelog: string): string {
  const [, after = ""] = changelog.split(UNRELEASED);
  return (after.split(/^## /m)[0] ?? "").trim();
}

/** The text of deno.json with that version. */
export function withVersion(text: string, version: string): string {
  return text.replace(/^(\s*"version": )"[^"]*"/m, `$1"${version}"`);
}

async function git(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command("git", { args, cwd: ROOT }).output();
  if (code !== 0) throw new Error(`git ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
  return new TextDecoder().decode(stdout).trim();
}

async function release(asked: string, dryRun: boolean): Promise<void> {
  const version = nextVersion(config.version, asked), tag = `v${version}`;
  const changelog = await Deno.readTextFile(`${ROOT}CHANGELOG.md`);
  const date = new Date().toISOString().slice(0, 10);
  const released = releasedChangelog(changelog, version, date);
  if (await git("tag", "--list", tag) !== "") throw new Error(`the tag ${tag} is there already`);
  if (await git("status", "--porcelain") !== "") {
    if (!dryRun) throw new Error("there are changes that are not committed");
    console.log("warning: there are changes that are not committed");
  }
  console.log(`version    ${config.version} -> ${version}, in deno.json`);
  console.log(`changelog  ## ${version} (${date}), ${notes(changelog).split("\n").length} lines`);
  console.log(`tag        ${tag}\n`);
  if (dryRun) return await makeArtifacts();
  await Deno.writeTextFile(`${ROOT}CHANGELOG.md`, released);
  const denoJson = await Deno.readTextFile(`${ROOT}deno.json`);
  await Deno.writeTextFile(`${ROOT}deno.json`, withVersion(denoJson, version));
  await git("commit", "--all", "--message", `release: ${version}`);
  await git("tag", "--annotate", tag, "--message", `${version}\n\n${notes(changelog)}`);
  console.log(`committed and tagged; git push --follow-tags publishes it`);
}

if (import.meta.main) {
  const dryRun = Deno.args.includes("--dry-run");
  const [asked = dryRun ? "patch" : undefined, ...more] = Deno.args.filter((arg) => arg !== "--dry-run");
  try {
    if (asked === undefined || more.length > 0) {
      throw new Error("usage: deno task release [--dry-run] VERSION|major|minor|patch");
    }
    await release(asked, dryRun);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(1);
  }
}
