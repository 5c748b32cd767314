// deno-lint-ignore-file no-console -- a program for people at a terminal
/** Builds all files of a release in `dist/`, with their SHA-256 sums. */
import { bundle } from "./bundle.ts";
import { debFor, isDebian } from "./deb.ts";
import { npmTarball } from "./npm.ts";
import { pack, writeSums } from "./pack.ts";
import { programFiles } from "./program.ts";
import { sbom } from "./sbom.ts";
import { TARGETS } from "./targets.ts";

/** Builds the files in `folder`, which is emptied first, and reports their names as they are finished. */
export async function* artifacts(folder: string): AsyncGenerator<string, void, void> {
  await Deno.remove(folder, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.mkdir(folder, { recursive: true });
  const names: string[] = [];
  const told = (name: string): string => {
    names.push(name);
    return name;
  };
  const program = await programFiles();
  for (const target of TARGETS) {
    yield told(await pack(target, program, folder));
    if (isDebian(target)) yield told(await debFor(target, program, folder));
  }
  await bundle(`${folder}/letts.js`);
  yield told("letts.js");
  yield told(await npmTarball(folder));
  await Deno.writeTextFile(
    `${folder}/letts.cdx.json`,
    await sbom(new Date().toISOString()),
  );
  yield told("letts.cdx.json");
  await writeSums(folder, names);
  yield "SHA256SUMS";
}

/** Prints names and sizes. */
export async function makeArtifacts(): Promise<void> {
  for await (const name of artifacts("dist")) {
    console.log(`${((await Deno.stat(`dist/${name}`)).size / 1e6).toFixed(1).padStart(6)} MB  dist/${name}`);
  }
}

if (import.meta.main) await makeArtifacts();
