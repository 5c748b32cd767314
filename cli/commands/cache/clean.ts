/** `letts cache clean`. @module */
import { readdirSync, readlinkSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeResult } from "../../output/record.ts";
import type { Call } from "../../parse/grammar.ts";

/** A removed folder. */
interface Removed {
  readonly folder: string;
  readonly bytes: number;
}

/** Removes the folders of other versions, and reports them. */
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

/** The folder from which this packed letts runs; undefined if it runs on a separate Deno. */
function unpackedFolder(): string | undefined {
  const folder = dirname(Deno.execPath());
  return isUnpacked(folder) ? folder : undefined;
}

/** Whether the folder is a completely unpacked version. */
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
      // Renamed first, so that a starting program sees either the whole folder or none.
      const away = join(home, `removed.${crypto.randomUUID()}`);
      renameSync(folder, away);
      rmSync(away, { recursive: true });
      return { folder, bytes };
    });
}

/** The running programs that this user can see. */
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
