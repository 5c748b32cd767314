/**
 * What missions of a fake dugdale do.
 *
 * @module
 */
import type { JsonObject, JsonValue } from "../protocol/json_value.ts";
import { FakeEnd, type FakeMission } from "./fake_mission.ts";
import type { FakeStaging } from "./fake_staging.ts";

/** What a script sees of its mission, and can do. */
export interface FakeRun {
  /** Its id. */
  readonly missionId: string;
  /** Its name; `exec` for a command. */
  readonly mission: string;
  /** The lane that it was sent to. */
  readonly lane: string;
  /** `null` when none was sent; of a command the whole request. */
  readonly input: JsonValue;
  /** argv of a command; empty for a mission. */
  readonly command: readonly string[];
  /** Aborts when the mission is killed. */
  readonly signal: AbortSignal;
  /** Tells how far it is. */
  progress(value?: number, message?: string): void;
  /** Prints text. */
  print(text: string, stream?: "stdout" | "stderr"): void;
  /** The content of an input file. @throws {RangeError} When there is none of that role. */
  file(role: string): Uint8Array<ArrayBuffer>;
  /** Makes an output file. */
  output(role: string, content: string | Uint8Array<ArrayBuffer>): void;
}

/** What a mission does: its value is what it returns, what it throws is its failure. */
export type FakeScript = (run: FakeRun) => FakeResult | Promise<FakeResult>;

/** An object is the return of a success, nothing a success without one; anything else is a {@linkcode FakeEnd}. */
export type FakeResult = JsonObject | FakeEnd | undefined | void;

/** Runs a script to the end of its mission. */
export async function runScript(
  mission: FakeMission,
  script: FakeScript,
  staging: FakeStaging,
  newId: () => string,
): Promise<void> {
  mission.run();
  mission.end(await endOf(toRun(mission, staging, newId), script));
}

async function endOf(run: FakeRun, script: FakeScript): Promise<FakeEnd> {
  try {
    const result = await script(run);
    return result instanceof FakeEnd
      ? result
      : new FakeEnd({ outcome: "success", return: result ?? undefined });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return new FakeEnd({ outcome: "failed", reason: "uncaught_exception", message });
  }
}

function toRun(mission: FakeMission, staging: FakeStaging, newId: () => string): FakeRun {
  const { order, outputs, killed } = mission;
  return {
    missionId: order.missionId,
    mission: order.mission,
    lane: order.lane,
    input: order.input,
    command: order.command,
    signal: killed.signal,
    progress: (value, message) => mission.progress(value, message),
    print: (text, stream = "stdout") => mission.print(stream, text),
    file(role) {
      const found = order.inputs.find((input) => input.role === role);
      const content = found && staging.read(found.staging_id);
      if (content === undefined) throw new RangeError(`the mission came without a file "${role}"`);
      return content;
    },
    output(role, content) {
      outputs[role] = staging.keep(
        newId(),
        typeof content === "string" ? new TextEncoder().encode(content) : content,
      );
    },
  };
}
