import { fileURLToPath } from "node:url";
import { BASE, merged, type Settings } from "./settings.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The command that starts a dugdale; `LETTS_CONTRACT_COMMAND` is a JSON list that replaces it. */
const COMMAND: readonly string[] = commandOf(Deno.env.get("LETTS_CONTRACT_COMMAND"));
const START_MS = 60_000, STOP_MS = 15_000, UNTIL_MS = 30_000;

function commandOf(json: string | undefined): readonly string[] {
  if (json === undefined) return [Deno.execPath(), "run", "-A", `${ROOT}cli/main.ts`, "dugdale"];
  const words: unknown = JSON.parse(json);
  if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  throw new TypeError("LETTS_CONTRACT_COMMAND must be a JSON list of texts");
}

/** How a dugdale is started beyond its configuration. */
export interface StartOptions {
  /** Further flags. */
  readonly flags?: readonly string[];
  /** Whether the configuration is named on the command line. Default true. */
  readonly named?: boolean;
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Laid over the settings of the place, for this start only. */
  readonly settings?: Settings;
  /** Shell commands for the process that becomes the dugdale, such as limits. */
  readonly before?: string;
}

/** A temporary folder with a configuration and a data directory, in which one dugdale after the other can run. */
export class Place implements AsyncDisposable {
  readonly dir: string;
  readonly settings: Settings;

  private constructor(dir: string, settings: Settings) {
    this.dir = dir;
    this.settings = settings;
  }

  /** Makes the folder. `over` is laid over {@linkcode BASE}. */
  static async make(over: Settings = {}): Promise<Place> {
    const dir = await Deno.makeTempDir({ prefix: "letts-contract-" });
    return new Place(dir, merged(BASE, over));
  }

  get dataDir(): string {
    return `${this.dir}/data`;
  }

  get configFile(): string {
    return `${this.dir}/dugdale.yaml`;
  }

  /** Writes the configuration with that listen address, readable for its owner only. */
  async configure(listen: string, over: Settings = {}): Promise<void> {
    const settings = merged({ listen, data_dir: this.dataDir, ...this.settings }, over);
    // Every JSON text is a YAML document.
    await Deno.writeTextFile(this.configFile, JSON.stringify(settings), { mode: 0o600 });
  }

  /** Starts a dugdale and waits until it answers. @throws {Error} With what it printed, when it ends instead. */
  async start(options: StartOptions = {}): Promise<Daemon> {
    for (let attempt = 1;; attempt++) {
      const port = freePort();
      await this.configure(`127.0.0.1:${port}`, options.settings);
      const daemon = this.spawn(options, `http://127.0.0.1:${port}`);
      try {
        await daemon.answers();
        return daemon;
      } catch (error) {
        // Another program may have taken the port meanwhile.
        if (attempt === 3 || !String(error).includes(`:${port}`)) throw error;
      }
    }
  }

  /** Starts a dugdale with the configuration as it is, without waiting for anything. */
  spawn(options: StartOptions = {}, url = ""): Daemon {
    const [command = "", ...words] = COMMAND;
    // What it prints goes to files: a pipe would need a reader that outlives single tests.
    const child = new Deno.Command("/bin/sh", {
      args: [
        "-c",
        `${options.before ?? ":"}; exec "$@" >>"$PLACE/stdout" 2>>"$PLACE/stderr"`,
        "sh",
        command,
        ...words,
        ...(options.named ?? true) ? ["--config", this.configFile] : [],
        ...options.flags ?? [],
      ],
      cwd: this.dir,
      env: { ...options.env, PLACE: this.dir },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    return new Daemon(child, url, this);
  }

  /** What the dugdales of this place have printed so far. */
  async printed(stream: "stdout" | "stderr"): Promise<string> {
    try {
      return await Deno.readTextFile(`${this.dir}/${stream}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    }
  }

  /** Looks through all that was printed before it is gone: whatever was tested, no token may be in there. */
  async [Symbol.asyncDispose](): Promise<void> {
    const printed = await this.printed("stdout") + await this.printed("stderr");
    await Deno.remove(this.dir, { recursive: true });
    const told = tokensIn(this.settings).filter((token) => printed.includes(token));
    if (told.length > 0) throw new Error(`a dugdale has printed the tokens ${told.join(", ")}`);
  }
}

function tokensIn(settings: Settings): string[] {
  return ["auth", "exec", "admin"].flatMap((group) =>
    (settings[group] as { tokens?: string[] }).tokens ?? []
  );
}

/** A running dugdale process. Disposing it ends its missions and waits until it is gone. */
export class Daemon implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Settles when the process is gone. */
  readonly exited: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #place: Place;
  #gone = false;

  constructor(child: Deno.ChildProcess, url: string, place: Place) {
    this.#child = child;
    this.#place = place;
    this.url = url;
    this.pid = child.pid;
    this.exited = child.status.finally(() => this.#gone = true);
  }

  /** Sends a signal; nothing happens when the process is gone. */
  signal(name: Deno.Signal): void {
    try {
      if (!this.#gone) this.#child.kill(name);
    } catch (error) {
      // It has ended, but its status has not arrived yet.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  /** Waits until it answers requests. @throws {Error} When it ends instead, or takes too long. */
  async answers(): Promise<void> {
    const deadline = Date.now() + START_MS;
    for (let pauseMs = 5; !this.#gone && Date.now() < deadline; pauseMs = Math.min(pauseMs * 2, 100)) {
      if (await answersNow(this.url)) return;
      await this.#goneWithin(pauseMs);
    }
    this.signal("SIGKILL");
    await this.exited;
    throw new Error(
      `the dugdale did not start:\n${await this.#place.printed("stdout")}${await this.#place.printed(
        "stderr",
      )}`,
    );
  }

  async #goneWithin(ms: number): Promise<void> {
    const waited = Promise.withResolvers<void>();
    const timer = setTimeout(waited.resolve, ms);
    await Promise.race([this.exited, waited.promise]);
    clearTimeout(timer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The first signal drains, the second ends missions; a process that survives both is killed.
    const deadline = Date.now() + STOP_MS;
    while (!this.#gone) {
      this.signal(Date.now() < deadline ? "SIGTERM" : "SIGKILL");
      await this.#goneWithin(30);
    }
    await this.exited;
  }
}

/** Resolves after so many milliseconds, for polls of things that cannot announce themselves. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits for something that cannot announce itself. @throws {Error} When it has not come within half a minute. */
export async function until(met: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + UNTIL_MS;
  while (!await met()) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${UNTIL_MS} ms: ${met}`);
    await pause(10);
  }
}

/** A free port of loopback. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function answersNow(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/v1/healthz`);
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    // Refused: it does not listen yet.
    if (error instanceof TypeError) return false;
    throw error;
  }
}
