/** The supported platforms, and the Deno of each. */

/** Names of a platform in different tools. */
export interface Target {
  /** In file names. */
  readonly name: string;
  /** For `deno compile --target`. */
  readonly triple: string;
  /** npm package that contains its Deno. */
  readonly package: string;
  /** Integrity of that package, so that a build uses the reviewed file regardless of its source. */
  readonly integrity: string;
  readonly windows?: true;
  /** Debian's name of the architecture. */
  readonly debian?: string;
}

/** The version of Deno that letts is tested with and includes. */
export const DENO_VERSION = "2.9.6";

/** Linux targets need glibc; there is no package for musl. */
export const TARGETS: readonly Target[] = [
  {
    name: "linux-x64",
    triple: "x86_64-unknown-linux-gnu",
    package: "@deno/linux-x64-glibc",
    integrity:
      "sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==",
    debian: "amd64",
  },
  {
    name: "linux-arm64",
    triple: "aarch64-unknown-linux-gnu",
    package: "@deno/linux-arm64-glibc",
    integrity:
      "sha512-poqhoH9B3nYloigEMPT5t8HY+wBeiuea1An5Q7fqgJzP0SYmWsoS/oUnWO/pEiA4ofzIBy1Elt/in58xKtxEoQ==",
    debian: "arm64",
  },
  {
    name: "macos-x64",
    triple: "x86_64-apple-darwin",
    package: "@deno/darwin-x64",
    integrity:
      "sha512-tPi3CWPRdjW1MaWlvWjORE7Ass5SADdWdj1BF1Q1PEdzi+5u/mC5YhmZzniMiPr81PpaFeqjXaLAsfb8lFsZ0Q==",
  },
  {
    name: "macos-arm64",
    triple: "aarch64-apple-darwin",
    package: "@deno/darwin-arm64",
    integrity:
      "sha512-V8uO1Aolrl/yvdMb5lOtgtigs8YuZBjrOrgviVMiYkQ0swymFfzkae1wZak4Xi24t7vf7d/eiMb/7ryjjVm+tg==",
  },
  {
    name: "windows-x64",
    triple: "x86_64-pc-windows-msvc",
    package: "@deno/win32-x64",
    integrity:
      "sha512-qRGnmVz/Ea6UWPht/S3xFRK17UZ/ls38DSVfgGB17fpASLxPkksqzWUI/BzL9YYoOknYzfc94mySGyInZu/JXw==",
    windows: true,
  },
  {
    name: "windows-arm64",
    triple: "aarch64-pc-windows-msvc",
    package: "@deno/win32-arm64",
    integrity:
      "sha512-iHSHs89g2Uy6k0bGHmXkgzTIW8WXImYPpvqRRO/zNsK1/N79PcjvAth1TuQatuIALcLdocstPs/PAYtndbfr0A==",
    windows: true,
  },
];

/** The targets with these names; all targets if none are given. @throws {Error} For an unknown name. */
export function targetsOf(names: readonly string[]): readonly Target[] {
  const known = TARGETS.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`unknown target "${unknown}": the targets are ${known.join(", ")}`);
  }
  return TARGETS.filter(({ name }) => names.length === 0 || names.includes(name));
}

/**
 * The Deno of a target, fetched by `npm pack`, so that npm's registry, proxy and cache settings apply.
 *
 * @throws {Error} When npm is missing or fails, or the package is not the reviewed one.
 */
export async function denoOf(target: Target): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await Deno.makeTempDir();
  try {
    const packed = await output("npm", [
      "pack",
      "--json",
      "--prefer-offline",
      `--pack-destination=${folder}`,
      `${target.package}@${DENO_VERSION}`,
    ]);
    const [{ filename, integrity }] = JSON.parse(packed);
    if (integrity !== target.integrity) {
      throw new Error(
        `${target.package}@${DENO_VERSION} has integrity ${integrity}, not ${target.integrity}`,
      );
    }
    const program = target.windows ? "deno.exe" : "deno";
    await output("tar", ["-xzf", `${folder}/${filename}`, "-C", folder, `package/${program}`]);
    return await Deno.readFile(`${folder}/package/${program}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The output of a program. @throws {Error} When it fails. */
export async function output(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (code !== 0) {
    throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout);
}
