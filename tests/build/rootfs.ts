/** A root file system with a shell, the programs that the tests need, and neither Node nor Deno. */
import { dirname } from "@std/path";

/** What every Linux has, and what a packed letts may need. */
const PROGRAMS = [
  "sh",
  "cat",
  "chmod",
  "cp",
  "env",
  "gzip",
  "head",
  "ln",
  "ls",
  "mkdir",
  "mktemp",
  "mv",
  "rm",
  "rmdir",
]
  .concat(["sha256sum", "sleep", "tail", "touch", "date"]);

/** Why there can be none here; undefined when there can. */
export function noRootfs(): string | undefined {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") return "Linux x64 only";
  const { success } = new Deno.Command("unshare", { args: ["-r", "chroot", "/", "true"], stderr: "null" })
    .outputSync();
  return success ? undefined : "no user namespaces here";
}

/** Removed when released. */
export interface Rootfs extends AsyncDisposable {
  readonly folder: string;
  /** Runs a command in it, as root of it, without network. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Makes one of copies of this machine's programs and the libraries that they name, and that `deno` names. */
export async function openRootfs(deno: string, more: readonly string[] = []): Promise<Rootfs> {
  const folder = await Deno.makeTempDir({ prefix: "letts-root-" });
  await Deno.chmod(folder, 0o755); // for its other users
  for (const name of ["bin", "etc", "tmp", "root", "proc", "dev", "usr/bin", "var/cache"]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  await Deno.writeTextFile(`${folder}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\n");
  const programs = await Promise.all([...PROGRAMS, ...more].map(path));
  for (const program of programs) await copy(program, `${folder}/bin/${program.split("/").at(-1)}`);
  const libraries = await Promise.all([...programs, deno].map(librariesOf));
  for (const library of new Set(libraries.flat())) await copy(library, `${folder}${library}`);
  await Deno.symlink("/bin/env", `${folder}/usr/bin/env`);
  await Deno.symlink("/proc/self/fd", `${folder}/dev/fd`);
  return {
    folder,
    run: async (command, env = {}) => {
      const set = Object.entries({ PATH: "/bin", HOME: "/root", ...env }).map(([name, value]) =>
        `${name}=${value}`
      );
      // A user namespace makes root of another user; no network but a loopback that is down.
      const inside =
        `mount -t proc proc proc && touch dev/null dev/urandom && mount --bind /dev/null dev/null &&
        mount --bind /dev/urandom dev/urandom && (ip link set lo up || true) && exec chroot . /bin/env -i "$@"`;
      const args = [
        ...["-s", "KILL", "60"],
        "unshare",
        `-${Deno.uid() === 0 ? "" : "r"}mpfn`,
        "--kill-child",
        "sh",
        "-c",
        inside,
        "sh",
        ...set,
        ...command,
      ];
      const { code, stdout, stderr } = await new Deno.Command("timeout", { args, cwd: folder }).output();
      return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}

async function path(program: string): Promise<string> {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`] }).output();
  return new TextDecoder().decode(stdout).trim();
}

async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await new Deno.Command("ldd", { args: [program], stderr: "null" }).output();
  return [...new TextDecoder().decode(stdout).matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
}
