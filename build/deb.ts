// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Builds the Debian packages in `dist/`: letts with its own Deno, units, manual pages, completions and examples.
 *
 * Usage: `deno task deb [TARGET…]`, such as `linux-x64`. Default: amd64 and arm64. Needs `dpkg-deb`.
 */
import { createHash } from "node:crypto";
import { dirname } from "@std/path";
import { gzipSync } from "node:zlib";
import config from "../deno.json" with { type: "json" };
import { filesFor } from "./pack.ts";
import { filled, packedFile, type ProgramFile, programFiles, textBytes } from "./program.ts";
import { denoOf, output, type Target, TARGETS, targetsOf } from "./targets.ts";

const ROOT = new URL("../", import.meta.url);
const LIB = "usr/lib/letts", DOC = "usr/share/doc/letts";

/** Options of a package. */
export interface DebOptions {
  /** Default: that of deno.json. */
  readonly version?: string;
  /** Compression, as in `dpkg-deb -Z`. Default `xz`. */
  readonly compression?: string;
}

/** Writes a package of these files to `path`. */
export async function deb(
  path: string,
  architecture: string,
  files: readonly ProgramFile[],
  { version = config.version, compression = "xz" }: DebOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const all = [...files.map(installed), ...await surroundings(files)];
    for (const { name, bytes, mode } of all) {
      await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true, mode: 0o755 });
      await Deno.writeFile(`${folder}/${name}`, bytes, { mode });
      await Deno.chmod(`${folder}/${name}`, mode); // whatever the umask
    }
    await Deno.symlink("letts", `${folder}/usr/bin/dugdale`);
    await Deno.mkdir(`${folder}/DEBIAN`);
    const size = all.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1024), 0);
    await Deno.writeTextFile(`${folder}/DEBIAN/control`, control(debianVersion(version), architecture, size));
    const sums = all.map(({ name, bytes }) => `${createHash("md5").update(bytes).digest("hex")}  ${name}\n`);
    await Deno.writeTextFile(`${folder}/DEBIAN/md5sums`, sums.join(""));
    for (const name of ["postinst", "prerm", "postrm"]) {
      await Deno.copyFile(new URL(`debian/${name}`, import.meta.url), `${folder}/DEBIAN/${name}`);
      await Deno.chmod(`${folder}/DEBIAN/${name}`, 0o755);
    }
    await Deno.chmod(folder, 0o755);
    await output("dpkg-deb", ["--root-owner-group", `-Z${compression}`, "--build", folder, path]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** In dpkg's order a prerelease such as `1.0.0-rc.1` sorts before `1.0.0` only with a tilde. */
export function debianVersion(version: string): string {
  return version.replace("-", "~");
}

function control(version: string, architecture: string, kibibytes: number): string {
  return `Package: letts
Version: ${version}
Architecture: ${architecture}
Maintainer: The letts project <https://github.com/letts-project/letts-deno/issues>
Installed-Size: ${kibibytes}
Depends: libc6 (>= 2.28), libgcc-s1, passwd
Section: admin
Priority: optional
Homepage: https://github.com/letts-project/letts-deno
Description: durable task queue and remote execution, without a broker
 letts runs missions, executable scripts that get JSON on standard input, on
 dugdales: daemons that keep every state change on disk and answer over HTTP.
 This package holds both, and the Deno that they run on.
`;
}

function installed(file: ProgramFile): ProgramFile {
  return { ...file, name: `${LIB}/${file.name}` };
}

async function surroundings(files: readonly ProgramFile[]): Promise<readonly ProgramFile[]> {
  const start = filled(await packedFile("installed.sh"), { START: await packedFile("start.sh") });
  const unit = async (name: string) => {
    const text = await Deno.readTextFile(new URL(`systemd/${name}`, ROOT));
    return plain(`usr/lib/systemd/system/${name}`, text.replaceAll("/usr/local/bin/", "/usr/bin/"));
  };
  const repository = (name: string) => Deno.readTextFile(new URL(name, ROOT));
  return [
    { name: "usr/bin/letts", bytes: textBytes(`${start}\n`), mode: 0o755 },
    await unit("letts-dugdale.service"),
    await unit("letts-dugdale@.service"),
    plain(`${DOC}/copyright`, await repository("LICENSE")),
    gzipped(`${DOC}/changelog`, textBytes(await repository("CHANGELOG.md"))),
    plain(`${DOC}/examples/dugdale.yaml`, await repository("dugdale.example.yaml")),
    plain(`${DOC}/examples/letts.yaml`, await repository("letts.example.yaml")),
    ...await pages(files),
  ];
}

/** Manual pages and completions, as printed by the program itself. */
async function pages(files: readonly ProgramFile[]): Promise<readonly ProgramFile[]> {
  const folder = await Deno.makeTempDir();
  try {
    const program = files.find(({ name }) => name === "letts.js");
    if (program === undefined) throw new Error("there is no letts.js among the files");
    await Deno.writeFile(`${folder}/letts.js`, program.bytes);
    const letts = (...args: string[]) =>
      output(Deno.execPath(), ["run", "-A", "--no-config", `${folder}/letts.js`, ...args]);
    await letts("man", "--dir", `${folder}/man`);
    const names = [...Deno.readDirSync(`${folder}/man`)].map(({ name }) => name).sort();
    return [
      ...names.map((name) =>
        gzipped(`usr/share/man/man1/${name}`, Deno.readFileSync(`${folder}/man/${name}`))
      ),
      plain("usr/share/bash-completion/completions/letts", await letts("completion", "bash")),
      plain("usr/share/zsh/vendor-completions/_letts", await letts("completion", "zsh")),
      plain("usr/share/fish/vendor_completions.d/letts.fish", await letts("completion", "fish")),
    ];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function plain(name: string, text: string): ProgramFile {
  return { name, bytes: textBytes(text), mode: 0o644 };
}

function gzipped(name: string, bytes: Uint8Array): ProgramFile {
  return { name: `${name}.gz`, bytes: new Uint8Array(gzipSync(bytes, { level: 9 })), mode: 0o644 };
}

/** Builds the package of one target, and returns its file name. */
export async function debFor(
  target: Target & { readonly debian: string },
  program: readonly ProgramFile[],
  folder: string,
): Promise<string> {
  const name = `letts_${debianVersion(config.version)}_${target.debian}.deb`;
  await deb(`${folder}/${name}`, target.debian, await filesFor(target, await denoOf(target), program));
  return name;
}

/** Whether Debian supports the platform. */
export function isDebian(target: Target): target is Target & { readonly debian: string } {
  return target.debian !== undefined;
}

if (import.meta.main) {
  const names = Deno.args.length > 0 ? Deno.args : TARGETS.filter(isDebian).map(({ name }) => name);
  await Deno.mkdir("dist", { recursive: true });
  const program = await programFiles();
  for (const target of targetsOf(names).filter(isDebian)) {
    const name = await debFor(target, program, "dist");
    console.log(`dist/${name}: ${((await Deno.stat(`dist/${name}`)).size / 1e6).toFixed(1)} MB`);
  }
}
