/** Output files by key. @module */
import { parseFileRole } from "../protocol/names.ts";
import type { Channel } from "./channel.ts";
import type { Environment } from "./environment.ts";
import { InvalidOutputError } from "./errors.ts";
import type { Host } from "./host.ts";

/** Names, declares and checks the files that a mission writes to `out/`. */
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
   * The path of the output file of a key, without declaring it; creates only the folder.
   *
   * @throws {InvalidNameError} When the key is not a valid file role.
   */
  path(key: string): string {
    return `${this.#folder ??= this.#makeFolder()}/${parseFileRole(key)}`;
  }

  /**
   * Declares that the mission writes the output file of a key; it need not exist yet.
   *
   * @throws {InvalidNameError} When the key is not a valid file role.
   * @throws {InvalidOutputError} In an exec whose dispatch does not request this key: there is no channel to declare
   * it.
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
   * Checks every declared file by the rules of a dugdale's collection.
   *
   * @throws {InvalidOutputError} When a file is missing or not a regular file; links are not followed.
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
