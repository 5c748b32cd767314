import { told } from "./shell_missions.ts";
import type { Dugdale } from "./dugdale.ts";

/** Missions that tell when they are asked to end, and end only when they are released. */
export class GatedMissions implements AsyncDisposable {
  readonly #dugdale: Dugdale;
  readonly #gate: string = Deno.makeTempFileSync({ prefix: "letts-contract-gate-" });

  /** @param dugdale Whose kill grace must be longer than the test. */
  constructor(dugdale: Dugdale) {
    this.#dugdale = dugdale;
  }

  /** Starts one that has a staged file and has said `ready`; a SIGTERM makes it say `asked`. */
  async start(): Promise<{ readonly id: string; readonly file: string }> {
    const file = await this.#dugdale.stage("content");
    const commands = `
      say() { echo '{"event":"progress","message":"'$1'"}' >&3; }
      trap 'say asked' TERM; say ready; while [ -e ${this.#gate} ]; do sleep 0.1; done`;
    const files = [{ role: "data", staging_id: file }];
    const id = await this.#dugdale.queue("obeys.sh", { input: told(commands), files });
    await this.#dugdale.event(id, "progress", "ready");
    return { id, file };
  }

  /** Lets all of them end. */
  async release(): Promise<void> {
    await Deno.remove(this.#gate).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
