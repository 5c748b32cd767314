/** `letts cache clean`. @module */
import { readdirSync, readlinkSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeResult } from "../../output/record.ts";
import type { Call } from "../../parse/grammar.ts";

/** A folder that was removed. */
interface Removed {
  readonly folder: string;
  readonly bytes: number;
}

/** Removes the folders of other versions, and tells which. */
export async function cleanCache({ globals, io }: Call<unknown>): Promise<void> {
  const own = unpackedFolder();
  const removed = own === undefined ? [] : removeOthers(own);
  await writeResult(io.stdout, globals.output, removed, () => text(own, removed));
}

function text(own: string | undefined, removed: readonly Removed[]): string {
  if (own === undefined) return "this letts carries no Deno and has unpacked nothing\n";
  if (removed.length === 0) return `nothing to remove in ${dirname(own)}\n`;
  return removed.map(({ folder, bytes }) => `removed ${folder} (${(bytes / 1e6).toFixed(0)} MB)\n`).join("");
}

/** Where this letts was unpacked to; undefined when it was started by a Deno that it does not carry. */
function unpackedFolder(): string | undefined {
  const folder = dirname(Deno.execPath());
  return isUnpacked(folder) ? folder : undefined;
}

/** Whether a version was unpacked to that folder, and all of it. */
function isUnpacked(folder: string): boolean {
  return /^[0-9a-f]{16}$/.test(basename(folder)) &&
    statSync(join(folder, "ok"), { throwIfNoEntry: false }) !== undefined;
}

function removeOthers(own: string): readonly Removed[] {
  const home = dirname(own);
  const used = programsInUse();
  return readdirSync(home)
    .map((name) => join(home, name))
    .filter((folder) => folder !== own && isUnpacked(folder) && !used.has(join(folder, "deno")))
    .map((folder) => {
      const bytes = statSync(join(folder, "deno"), { throwIfNoEntry: false })?.size ?? 0;
      // Out of the way first: a start sees the folder whole, or not at all.
      const away = join(home, `removed.${crypto.randomUUID()}`);
      renameSync(folder, away);
      rmSync(away, { recursive: true });
      return { folder, bytes };
    });
}

/** The programs that run on this machine, as far as this user may see them. */
function programsInUse(): ReadonlySet<string> {
  if (Deno.build.os !== "linux") {
    const { stdout } = new Deno.Command("ps", { args: ["-axo", "comm="] }).outputSync();
    return new Set(new TextDecoder().decode(stdout).split("\n").map((line) => line.trim()));
  }
  return new Set(
    readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
      try {
        return [readlinkSync(`/proc/${pid}/exe`)];
      } catch {
        return []; // ended meanwhile, or of another user, who cannot run a program of this user's folder
      }
    }),
  );
}
