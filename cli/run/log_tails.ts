/**
 * Shows what a mission prints while it prints it.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import { NotFoundError } from "../../client/errors.ts";
import type { DispatchedRef } from "../../client/types.ts";
import { BrokenPipeError } from "../errors.ts";
import { shortText } from "../error_text.ts";
import { logLines } from "./log_lines.ts";
import type { LogStream, RunView } from "./view.ts";

/** How long the tails may take to catch up once the mission is done. */
const DRAIN_MS = 1000;

/** What tails need beside the mission. */
export interface LogTailsOptions {
  readonly view: RunView;
  /** Told when a line could not be shown. */
  readonly onFailure: (error: unknown) => void;
}

/** One connection a stream, never reconnected. Releasing it ends what is still open. */
export class LogTails implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;

  constructor(client: LettsClient, ref: DispatchedRef, { view, onFailure }: LogTailsOptions) {
    const tail = (stream: LogStream) => this.#tail(client, ref, { stream, view });
    this.#over = Promise.all([tail("stdout"), tail("stderr")]).then(() => {});
    this.#over.catch(onFailure);
  }

  /** Waits until everything is shown, but not for long. */
  async drain(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const limit = new Promise<void>((resolve) => timer = setTimeout(resolve, DRAIN_MS));
    await Promise.race([this.#over, limit]).finally(() => clearTimeout(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#over.catch(() => {}); // told by drain, or somebody has a reason to leave that matters more
  }

  async #tail(
    client: LettsClient,
    ref: DispatchedRef,
    { stream, view }: { readonly stream: LogStream; readonly view: RunView },
  ): Promise<void> {
    const { signal } = this.#stop;
    try {
      const body = await client.logs(ref, stream, { follow: true, signal });
      for await (const line of logLines(body)) await view.log(stream, line);
    } catch (error) {
      if (error instanceof BrokenPipeError) throw error;
      if (signal.aborted || error instanceof NotFoundError) return;
      await view.warning(`${stream} tail interrupted: ${shortText(error, client.config)}`);
    }
  }
}
