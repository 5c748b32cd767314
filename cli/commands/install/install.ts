/** `letts dugdale install`. @module */
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { isExecutable } from "../../../dugdale/interpreters.ts";
import unit from "../../../systemd/letts-dugdale.service" with { type: "text" };
import { CommandError, UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import script from "./letts-dugdale.init" with { type: "text" };

const CONFIG = "/etc/letts/dugdale/default.yaml";

/** Options of the service. */
export interface InstallOptions {
  /** Empty: the dugdale searches by itself. */
  readonly config: string;
  /** Write an init script instead of a systemd unit. */
  readonly sysv: boolean;
  /** Print it without changing anything. */
  readonly print: boolean;
}

/**
 * Writes the service of this machine's dugdale, for the `letts` on the PATH. Does not start it, and replaces no file.
 *
 * @throws {UsageError} When the file exists.
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

/** A path of this program that stays valid after a reboot. */
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

/** In systemd syntax: quoted, with specifiers and variables escaped. */
function unitWord(word: string): string {
  const plain = word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\]/.test(word) ? `"${plain}"` : plain;
}
