/** `letts dugdale install`. @module */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { isExecutable } from "../../../dugdale/interpreters.ts";
import unit from "../../../systemd/letts-dugdale.service" with { type: "text" };
import { CommandError, UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import script from "./letts-dugdale.init" with { type: "text" };

const CONFIG = "/etc/letts/dugdale/default.yaml";

/** How the service is installed. */
export interface InstallOptions {
  /** Empty: where the dugdale looks by itself. */
  readonly config: string;
  /** An init script instead of a systemd unit. */
  readonly sysv: boolean;
  /** Print it, and change nothing. */
  readonly print: boolean;
}

/**
 * Writes the service of this machine's dugdale, for the `letts` that the PATH finds. Nothing is started, and no file is
 * replaced.
 *
 * @throws {UsageError} When the file is there already.
 * @throws {CommandError} When there is no `letts` on the PATH, or the file cannot be written.
 */
export async function install(options: InstallOptions, io: Io): Promise<void> {
  const { sysv, print } = options;
  const program = installedProgram();
  const config = options.config === "" ? CONFIG : resolve(options.config);
  const text = sysv
    ? script.replace("@PROGRAM@", shellWord(program)).replace("@CONFIG@", shellWord(config))
    : unit.replace(
      /^ExecStart=.*$/m,
      () => `ExecStart=${unitWord(program)} dugdale --config ${unitWord(config)}`,
    );
  if (print) return await io.stdout.write(text);
  const path = sysv ? "/etc/init.d/letts-dugdale" : "/etc/systemd/system/letts-dugdale.service";
  if (existsSync(path)) throw new UsageError(`${path} is there already; --print shows what would be written`);
  try {
    writeFileSync(path, text, { flag: "wx" });
    chmodSync(path, sysv ? 0o755 : 0o644); // whatever the umask
  } catch (cause) {
    throw new CommandError(`cannot write ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  await io.stderr.write(`letts: wrote ${path}\n`);
  const start = sysv
    ? "/etc/init.d/letts-dugdale start"
    : "systemctl daemon-reload\n  systemctl enable --now letts-dugdale";
  await io.stdout.write(
    `Next, once there is a user letts and it owns ${config} with mode 0600:\n  ${start}\n`,
  );
}

/** The path of this program that stays valid after a restart of the machine. */
function installedProgram(): string {
  const folders = (Deno.env.get("PATH") ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  const found = folders.map((folder) => join(folder, "letts")).find(isExecutable);
  if (found === undefined) {
    throw new CommandError(
      "there is no letts on the PATH: put it where the service finds it, such as /usr/local/bin",
    );
  }
  return found;
}

function shellWord(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** As systemd reads it: quoted, and without specifiers and variables. */
function unitWord(word: string): string {
  const plain = word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\]/.test(word) ? `"${plain}"` : plain;
}
