/** Input files by role. @module */
import type { JsonValue } from "../protocol/json_value.ts";
import type { Environment } from "./environment.ts";
import { MissingFileError } from "./errors.ts";
import type { Host } from "./host.ts";
import { isObject } from "./input.ts";

/** An input file of the mission. It is read-only and is removed with the workdir. */
export interface InputFile {
  /** Its path. */
  readonly path: string;
  /** Size in bytes. In a shell: the current size, 0 if it cannot be read. */
  readonly size: number;
  /** Lower-case hex SHA-256 as verified by the dugdale; undefined in a shell. */
  readonly sha256: string | undefined;
  /** Opens the file. The stream closes it at its end or when it is cancelled. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/**
 * Finds input files: those in `in/` under a dugdale, or in a shell those whose paths are in the input. An exec may have
 * both.
 */
export class InputFiles {
  readonly #host: Host;
  readonly #environment: Environment;
  readonly #input: JsonValue;
  #all: ReadonlyMap<string, InputFile> | undefined;

  constructor(host: Host, environment: Environment, input: JsonValue) {
    this.#host = host;
    this.#environment = environment;
    this.#input = input;
  }

  /**
   * The file of a role.
   *
   * @throws {MissingFileError} When the mission has none and, without a control channel, the input member of that name
   * is not a string either.
   */
  file(role: string): InputFile {
    const environment = this.#environment;
    if (environment.mode === "shell") return this.#fromInput(role);
    if (this.#isRole(role, environment.workDir)) return this.#delivered(role, environment.workDir);
    if (environment.mode === "exec") return this.#fromInput(role);
    const known = [...this.all.keys()].join(", ") || "none";
    throw new MissingFileError(
      role,
      `input file "${role}" did not come with the mission; files that did: ${known}`,
    );
  }

  /** All files by role, sorted by name. Empty in a shell, where the input does not tell which members are files. */
  get all(): ReadonlyMap<string, InputFile> {
    return this.#all ??= this.#collect();
  }

  #collect(): ReadonlyMap<string, InputFile> {
    const environment = this.#environment;
    if (environment.mode === "shell") return new Map();
    const { workDir } = environment;
    const names = this.#host.envNames()?.filter((name) => name.startsWith("LETTS_IN_"))
      .map((name) => name.slice("LETTS_IN_".length)) ?? this.#host.list(`${workDir}/in`);
    const roles = names.filter((name) => this.#isRole(name, workDir)).sort();
    return new Map(roles.map((role) => [role, this.#delivered(role, workDir)]));
  }

  /** `LETTS_IN_a__SIZE` is the size of `a` if there is an `a`, unless it is the path of a file of that very role. */
  #isRole(name: string, workDir: string): boolean {
    const value = this.#host.env(`LETTS_IN_${name}`);
    if (value === undefined) return false;
    const owner = /^(.+)__(?:SHA256|SIZE)$/s.exec(name)?.[1];
    return owner === undefined || this.#host.env(`LETTS_IN_${owner}`) === undefined ||
      value === `${workDir}/in/${name}`;
  }

  #delivered(role: string, workDir: string): InputFile {
    const host = this.#host;
    const path = `${workDir}/in/${role}`;
    const size = host.env(`LETTS_IN_${role}__SIZE`) ?? "";
    return {
      path,
      // Another role may have the variable's name, in which case it contains a path.
      size: /^\d+$/.test(size) ? Number(size) : 0,
      sha256: host.env(`LETTS_IN_${role}__SHA256`),
      open: () => host.openRead(path),
    };
  }

  #fromInput(role: string): InputFile {
    const host = this.#host;
    const path = isObject(this.#input) && Object.hasOwn(this.#input, role) ? this.#input[role] : undefined;
    if (typeof path !== "string") {
      throw new MissingFileError(
        role,
        `input file "${role}" needs its path in the input, as {"${role}": "<path>"}`,
      );
    }
    return {
      path,
      get size(): number {
        return host.size(path) ?? 0;
      },
      sha256: undefined,
      open: () => host.openRead(path),
    };
  }
}
