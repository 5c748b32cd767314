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
import { Dashboard } from "./dashboard.ts";
import { liveScreen } from "./live_screen.ts";
import { Rates } from "./rates.ts";
import { lookText } from "./screen.ts";
import { snapshot } from "./snapshot.ts";

type TopCall = Call<Values<typeof TOP_FLAGS>>;

const LEAST_INTERVAL_MS = 100;

/** Shows the activity of all dugdales: on a terminal until the user leaves, elsewhere once. */
export async function top(call: TopCall): Promise<void> {
  const { flags, io } = call;
  const intervalMs = Math.max(LEAST_INTERVAL_MS, duration("--interval", flags.interval));
  const client = await call.open();
  using interrupts = new Interrupts(io);
  const { signal } = interrupts;
  if (flags.once || !io.stdout.isTerminal) return await once(call, client, signal);
  try {
    await liveScreen(client, io, {
      look: (aborted) => snapshot(client, flags.match, aborted),
      wait: (aborted) => pause(intervalMs, aborted),
      signal,
    });
  } catch (error) {
    // Ctrl-C leaves normally; it is not a failure.
    if (!(error instanceof InterruptedError && error.signal === "SIGINT")) throw error;
  }
}

async function once({ flags, io }: TopCall, client: LettsClient, signal: AbortSignal): Promise<void> {
  const dashboard = new Dashboard();
  dashboard.hosts = await snapshot(client, flags.match, signal);
  await io.stdout.write(lookText({
    dashboard,
    rates: new Rates(),
    progressOf: () => undefined,
    columns: io.columns(),
    paint: paintFor(io.stdout, io),
    nowMs: Date.now(),
    config: client.config,
  }));
  const failures = dashboard.hosts.flatMap(({ host, error }) => error === undefined ? [] : [{ host, error }]);
  if (failures.length > 0 && failures.length === dashboard.hosts.length) {
    throw new ManyHostsError(failures, client.config);
  }
}
