/** `letts ui`. @module */
import { isLoopback } from "../../../config/dugdale/listen_host.ts";
import { ListenError } from "../../../dugdale/http/server.ts";
import { openUi } from "../../../ui/server.ts";
import { InterruptedError, UsageError } from "../../errors.ts";
import type { Io } from "../../output/io.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { Interrupts } from "../interrupts.ts";
import type { UI_FLAGS } from "./command.ts";

const THEMES = ["auto", "light", "dark"];

/** Serves the web UI until Ctrl-C. */
export async function ui(call: Call<Values<typeof UI_FLAGS>>): Promise<void> {
  const { flags, io } = call;
  const { listen, theme } = flags;
  if (!THEMES.includes(theme)) throw new UsageError(`--theme "${theme}" must be auto, light or dark`);
  if (!isLoopback(listen) && !flags["insecure-listen"]) {
    throw new UsageError(
      `--listen ${listen} can be reached from other machines, and the UI speaks plain HTTP: listen on loopback ` +
        "behind a proxy with TLS, or give --insecure-listen",
    );
  }
  const client = await call.open();
  using interrupts = new Interrupts(io);
  await using server = await opened(() =>
    openUi({
      config: client.config,
      listen,
      theme,
      title: flags.title,
      readOnly: flags["read-only"],
      allowedHosts: flags["allowed-host"],
    })
  );
  await io.stdout.write(`${server.link}\n`);
  if (flags.open) openBrowser(server.link, io);
  await interrupted(interrupts.signal);
  const { reason }: { reason?: unknown } = interrupts.signal;
  if (reason instanceof InterruptedError && reason.signal === "SIGTERM") throw reason;
}

async function opened<Server>(open: () => Promise<Server>): Promise<Server> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof ListenError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

async function interrupted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  if (!signal.aborted) await promise;
}

/** Opens a link with the program that the system has for it. */
function openBrowser(link: string, io: Io): void {
  const [program, ...args] = Deno.build.os === "darwin"
    ? ["open", link]
    : Deno.build.os === "windows"
    ? ["cmd", "/c", "start", "", link]
    : ["xdg-open", link];
  try {
    const child = new Deno.Command(program!, { args, stdin: "null", stdout: "null", stderr: "null" }).spawn();
    child.unref();
  } catch {
    // Not awaited: the next awaited write reports a closed stderr.
    io.stderr.write(`letts: warning: no browser could be opened\n`).catch(() => {});
  }
}
