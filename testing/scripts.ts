/**
 * Scripts of a fake dugdale's missions.
 *
 * @module
 */
import { join } from "node:path";
import type { ExitStatus } from "../dugdale/host/spawn.ts";
import { STDIN_ROLE } from "../dugdale/run/environment.ts";
import type { ControlLine, SaidLine } from "../protocol/fd3.ts";
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { FakeEnd, type FakeOrder } from "./fake_mission.ts";
import type { MemoryDisk } from "./memory_disk.ts";
import type { ScriptedProcess } from "./scripted_spawner.ts";

/** What a script can see and do. */
export interface FakeRun {
  /** Its id. */
  readonly missionId: string;
  /** Its name; `exec` for a command. */
  readonly mission: string;
  /** Its lane. */
  readonly lane: string;
  /** `null` when none was sent; for a command the whole request. */
  readonly input: JsonValue;
  /** Command line; empty for a mission. */
  readonly command: readonly string[];
  /** Aborts when the mission is killed. */
  readonly signal: AbortSignal;
  /** Reports progress. Has no effect for a command. */
  progress(value?: number, message?: string): void;
  /** Says a note, a warning, metadata, a state or a log line. Does nothing in a command. */
  say(line: SaidLine): void;
  /** Writes output. */
  print(text: string, stream?: "stdout" | "stderr"): void;
  /**
   * The content of an input file; a command's stdin has the role `__stdin__`. @throws {RangeError} When there is no
   * file of that role.
   */
  file(role: string): Uint8Array<ArrayBuffer>;
  /** Creates an output file. */
  output(role: string, content: string | Uint8Array<ArrayBuffer>): void;
}

/** What a mission does: its value is the return value, an exception its failure. */
export type FakeScript = (run: FakeRun) => FakeResult | Promise<FakeResult>;

/**
 * An object is the return value of a success, undefined a success without one; anything else is a {@linkcode FakeEnd}.
 */
export type FakeResult = JsonObject | FakeEnd | undefined | void;

const encoder = new TextEncoder();

/** Runs a script as a process to its end. */
export async function playScript(
  process: ScriptedProcess,
  script: FakeScript,
  order: FakeOrder,
  disk: MemoryDisk,
): Promise<void> {
  const say = (line: ControlLine): void =>
    process.control?.write(encoder.encode(`${JSON.stringify(line)}\n`));
  const { env, cwd } = process.request;
  const run: FakeRun = {
    missionId: order.missionId,
    mission: order.mission,
    lane: order.lane,
    input: order.input,
    command: order.command,
    signal: process.signal,
    progress: (value = null!, message) => say({ event: "progress", value, ...(message ? { message } : {}) }),
    say,
    print: (text, stream = "stdout") => process[stream].write(encoder.encode(text)),
    file(role) {
      const path = role === STDIN_ROLE ? process.request.stdin : env[`LETTS_IN_${role}`];
      if (path === undefined) throw new RangeError(`the mission came without a file "${role}"`);
      return disk.read(path);
    },
    output(role, content) {
      disk.write(join(cwd, "out", role), typeof content === "string" ? encoder.encode(content) : content);
      say({ event: "output_file", key: role });
    },
  };
  try {
    const result = await script(run);
    if (result instanceof FakeEnd) return process.exit(toExit(result));
    if (result !== undefined) say({ event: "success", return: result });
    process.exit({ code: 0, signal: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.exit(toExit(new FakeEnd({ outcome: "failed", reason: "uncaught_exception", message })));
  }
}

function toExit({ ending }: FakeEnd): ExitStatus {
  const { outcome, reason = null, message = null, details, exitCode, signal = null } = ending;
  return {
    code: exitCode ?? (outcome === "success" ? 0 : 1),
    signal,
    claim: {
      outcome,
      failReason: reason,
      failMessage: message,
      failDetails: details === undefined ? null : JSON.stringify(details),
      returnValue: ending.return === undefined ? null : JSON.stringify(ending.return),
    },
  };
}
