// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Builds letts with its own Deno, one file for each platform, in `dist/`: a self-extracting program for Linux and
 * macOS, and a zip for Windows; their SHA-256 sums are in `SHA256SUMS`.
 *
 * Usage: `deno task pack [TARGET…]`, such as `linux-x64`. Default: all targets.
 */
import { gzipSync } from "node:zlib";
import { concat } from "@std/bytes";
import config from "../deno.json" with { type: "json" };
import { filled, packedFile, type ProgramFile, programFiles, textBytes } from "./program.ts";
import { DENO_VERSION, denoOf, type Target, targetsOf } from "./targets.ts";
import { zip } from "./zip.ts";

/** The header is padded to this size, so that its length does not depend on its content. */
const HEAD_BYTES = 8192;

/** Options of packing. */
export interface PackOptions {
  /** 1 (fast) to 9 (small). Default 9. */
  readonly level?: number;
}

/** A self-extracting program: a POSIX shell script, followed by the files, each compressed by gzip. */
export async function selfUnpacking(
  files: readonly ProgramFile[],
  { level = 9 }: PackOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const lines: string[] = [], parts: Uint8Array[] = [];
  let identity = "", from = HEAD_BYTES + 1;
  for (const { name, bytes, mode } of files) {
    const part = gzipSync(bytes, { level }), sum = await sha256(bytes);
    lines.push([name, mode.toString(8), from, part.length, sum].join(" "));
    parts.push(part);
    identity += `${name} ${mode} ${sum}\n`; // whatever the compression
    from += part.length;
  }
  const facts: Readonly<Record<string, string>> = {
    VERSION: config.version,
    DENO: DENO_VERSION,
    ID: (await sha256(textBytes(identity))).slice(0, 16),
    FILES: lines.join("\n"),
    START: await packedFile("start.sh"),
  };
  const head = textBytes(
    filled(await packedFile("letts.sh"), facts),
  );
  if (head.length > HEAD_BYTES) throw new Error(`the head has ${head.length} bytes, more than ${HEAD_BYTES}`);
  const fill = new Uint8Array(HEAD_BYTES - head.length).fill(0x0a);
  return concat([head, fill, ...parts]);
}

/** The files for one platform, including its Deno. */
export async function filesFor(
  target: Pick<Target, "windows">,
  deno: Uint8Array<ArrayBuffer>,
  program: readonly ProgramFile[],
): Promise<readonly ProgramFile[]> {
  if (target.windows) {
    const start = (await packedFile("letts.cmd")).replaceAll("\n", "\r\n");
    return [
      { name: "deno.exe", bytes: deno, mode: 0o755 },
      { name: "letts.cmd", bytes: textBytes(start), mode: 0o755 },
      ...program,
    ];
  }
  return [
    { name: "deno", bytes: deno, mode: 0o755 },
    { name: "bin/deno", bytes: textBytes(await packedFile("deno.sh")), mode: 0o755 },
    ...program,
  ];
}

/** Hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Writes checksums of files in a folder, in the format of `sha256sum -c`. */
export async function writeSums(folder: string, names: readonly string[]): Promise<void> {
  const lines = names.map(async (name) =>
    `${await sha256(await Deno.readFile(`${folder}/${name}`))}  ${name}\n`
  );
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, (await Promise.all(lines)).join(""));
}

/** Packs one platform, and returns the file name. */
export async function pack(
  target: Target,
  program: readonly ProgramFile[],
  folder: string,
): Promise<string> {
  const files = await filesFor(target, await denoOf(target), program);
  const name = `letts-${target.name}${target.windows ? ".zip" : ""}`;
  await Deno.writeFile(`${folder}/${name}`, target.windows ? zip(files) : await selfUnpacking(files));
  await Deno.chmod(`${folder}/${name}`, target.windows ? 0o644 : 0o755);
  return name;
}

if (import.meta.main) {
  const targets = targetsOf(Deno.args);
  await Deno.mkdir("dist", { recursive: true });
  const program = await programFiles();
  const names: string[] = [];
  for (const target of targets) {
    const name = await pack(target, program, "dist");
    names.push(name);
    console.log(`dist/${name}: ${((await Deno.stat(`dist/${name}`)).size / 1e6).toFixed(1)} MB`);
  }
  await writeSums("dist", names);
}
