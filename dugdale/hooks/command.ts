import { join } from "node:path";
import type { DugdaleHook } from "../../config/dugdale/hooks.ts";
import { clip } from "../../protocol/clip.ts";
import type { EngineParts } from "../engine/parts.ts";
import type { Disk } from "../host/disk.ts";
import type { ExitStatus } from "../host/spawn.ts";
import { KillSwitch } from "../run/kill.ts";
import { runProcess } from "../run/process.ts";
import { type Deliver, DeliveryError } from "./delivery.ts";

/** What a command is run with. */
export interface CommandParts
  extends Pick<EngineParts, "clock" | "log" | "spawner" | "dataDir" | "readVariable"> {
  readonly name: string;
  readonly hook: Pick<DugdaleHook, "command">;
}

/** Variables of the dugdale that commands see. */
const INHERITED = ["PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR"];
/** Output of a command is logged to this many bytes of each stream. */
const OUTPUT_BYTES = 4096;
const KILL_GRACE_MS = 2_000;

/** Runs a program for each event, which gets the event as JSON on stdin. Status 0 says that it has taken the event. */
export function command({ name, hook, ...parts }: CommandParts): Deliver {
  const { clock, log, spawner, dataDir, readVariable } = parts;
  const { disk } = dataDir;
  const inherited = INHERITED.flatMap((name): [string, string][] => {
    const value = readVariable(name);
    return value === undefined ? [] : [[name, value]];
  });
  return async (event, signal) => {
    const folder = join(dataDir.root, "hooks");
    disk.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // A file left by a crash is overwritten by the repeat of its event.
    const stdin = join(folder, `${name}-${event.event}.json`);
    write(disk, stdin, event.body);
    using _kept = { [Symbol.dispose]: () => disk.rmSync(stdin, { force: true }) };
    const stdout = new Head(), stderr = new Head();
    using kill = new KillSwitch(
      clock,
      KILL_GRACE_MS,
      (err) => log.error("io_error", { op: "hook_kill", err }),
    );
    const end = (): void => void kill.kill("dugdale_shutdown");
    signal.addEventListener("abort", end);
    let exit: ExitStatus | undefined;
    try {
      const env = { ...Object.fromEntries(inherited), LETTS_EVENT: event.type, LETTS_EVENT_ID: event.event };
      const child = await spawner.spawn({
        argv: hook.command,
        env,
        cwd: dataDir.root,
        stdin,
        control: false,
      });
      exit = await runProcess(child, {
        kill,
        output: { stdout: stdout.add, stderr: stderr.add },
        timeoutMs: null,
        postExitGraceMs: KILL_GRACE_MS,
        clock,
      });
    } catch (cause) {
      throw new DeliveryError(cause instanceof Error ? cause.message : String(cause), {}, { cause });
    } finally {
      signal.removeEventListener("abort", end);
    }
    const printed = { stdout: stdout.text, stderr: stderr.text };
    log.info("hook command ended", { hook: name, event: event.event, ...exit, ...printed });
    if (exit?.code === 0 && exit.signal === null) return;
    throw new DeliveryError(
      `command ${endOf(exit)}${stderr.text === "" ? "" : `: ${clip(stderr.text, 200)}`}`,
    );
  };
}

function write(disk: Disk, path: string, text: string): void {
  const file = disk.openSync(path, "w", 0o600);
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += disk.writeSync(file, bytes.subarray(at));
  } finally {
    disk.closeSync(file);
  }
}

function endOf(exit: ExitStatus | undefined): string {
  if (exit === undefined) return "ended with an unknown status";
  return exit.signal === null ? `ended with status ${exit.code}` : `was ended by signal ${exit.signal}`;
}

/** The beginning of a stream. */
class Head {
  #bytes = 0;
  #text = "";
  readonly #decoder = new TextDecoder();

  readonly add = (chunk: Uint8Array): void => {
    const part = chunk.subarray(0, OUTPUT_BYTES - this.#bytes);
    this.#bytes += part.length;
    this.#text += this.#decoder.decode(part, { stream: true });
  };

  get text(): string {
    return this.#text.trim();
  }
}
