/** `letts top`. @module */
import { pause } from "../../../client/abort.ts";
import type { LettsClient } from "../../../client/client.ts";
import { InterruptedError } from "../../errors.ts";
import { ManyHostsError } from "../../many_hosts_error.ts";
import { paintFor } from "../../output/color.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { duration } from "../../parse/times.ts";
import { Interrupts } from "../interrupts.ts";
import type { TOP_FLAGS } from "./command.ts";
import { screenText } from "./screen.ts";
import { type HostSnapshot, snapshot } from "./snapshot.ts";

type TopCall = Call<Values<typeof TOP_FLAGS>>;

const LEAST_INTERVAL_MS = 100;
const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_BELOW = "\x1b[J";

/** Shows what all dugdales do, again and again until Ctrl-C. */
export async function top(call: TopCall): Promise<void> {
  const { flags, io } = call;
  const intervalMs = Math.max(LEAST_INTERVAL_MS, duration("--interval", flags.interval));
  const client = await call.open();
  using interrupts = new Interrupts(io);
  const { signal } = interrupts;
  if (flags.once || !io.stdout.isTerminal) {
    const hosts = await snapshot(client, flags.match, signal);
    await io.stdout.write(screen(call, client, hosts));
    const failures = hosts.flatMap(({ host, error }) => error === undefined ? [] : [{ host, error }]);
    if (failures.length > 0 && failures.length === hosts.length) {
      throw new ManyHostsError(failures, client.config);
    }
    return;
  }
  await io.stdout.write(ENTER);
  try {
    for (;;) {
      const lines = screen(call, client, await snapshot(client, flags.match, signal)).split("\n").slice(
        0,
        rows() - 1,
      );
      // Each line is erased to its end, so that nothing flickers.
      await io.stdout.write(`${HOME}${lines.join("\x1b[K\n")}\x1b[K${CLEAR_BELOW}`);
      await pause(intervalMs, signal);
    }
  } catch (error) {
    // Ctrl-C is the way out, not a failure.
    if (!(error instanceof InterruptedError && error.signal === "SIGINT")) throw error;
  } finally {
    await io.stdout.write(LEAVE);
  }
}

function screen({ io }: TopCall, client: LettsClient, hosts: readonly HostSnapshot[]): string {
  return screenText(hosts, {
    columns: io.columns(),
    paint: paintFor(io.stdout, io),
    nowMs: Date.now(),
    config: client.config,
  });
}

function rows(): number {
  try {
    return Deno.consoleSize().rows || 24;
  } catch {
    return 24; // not a terminal any more
  }
}
