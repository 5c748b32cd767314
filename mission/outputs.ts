/** Output files by key. @module */
import { parseFileRole } from "../protocol/names.ts";
import type { Channel } from "./channel.ts";
import type { Environment } from "./environment.ts";
import { InvalidOutputError } from "./errors.ts";
import type { Host } from "./host.ts";

/** Names, declares and checks the files that a mission leaves in `out/`. */
export class Outputs {
  readonly #host: Host;
  readonly #environment: Environment;
  readonly #channel: Channel;
  readonly #declared = new Set<string>();
  #folder: string | undefined;

  constructor(host: Host, environment: Environment, channel: Channel) {
    this.#host = host;
    this.#environment = environment;
    this.#channel = channel;
  }

  /**
   * The path of the output file of a key; nothing is declared, and nothing is created but the folder.
   *
   * @throws {InvalidNameError} When the key breaks the rule of file roles.
   */
  path(key: string): string {
    return `${this.#folder ??= this.#makeFolder()}/${parseFileRole(key)}`;
  }

  /**
   * Declares that the mission makes the output file of a key; the file need not be there yet.
   *
   * @throws {InvalidNameError} When the key breaks the rule of file roles.
   * @throws {InvalidOutputError} In an exec that was not told to collect this key: there is no channel to ask by.
   */
  declare(key: string): void {
    const path = this.path(key);
    if (this.#environment.mode === "exec" && this.#host.env(`LETTS_OUT_${key}`) === undefined) {
      throw new InvalidOutputError(
        key,
        path,
        "cannot be declared by an exec, which has no control channel; ask for it with the exec",
      );
    }
    this.#declared.add(key);
    this.#channel.outputFile(key);
  }

  /**
   * Checks every declared file by the rules by which a dugdale collects it.
   *
   * @throws {InvalidOutputError} When one is missing or is not a regular file; a link is none.
   */
  verify(): void {
    for (const key of this.#declared) {
      const path = this.path(key);
      const kind = this.#host.kind(path);
      if (kind === "missing") throw new InvalidOutputError(key, path, "was declared but does not exist");
      if (kind === "link") throw new InvalidOutputError(key, path, "must not be a symbolic link");
      if (kind !== "file") throw new InvalidOutputError(key, path, "must be a regular file");
    }
  }

  #makeFolder(): string {
    if (this.#environment.mode !== "shell") return `${this.#environment.workDir}/out`;
    const folder = `${this.#host.cwd()}/out`;
    this.#host.makeFolder(folder);
    return folder;
  }
}
