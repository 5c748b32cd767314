import { assertEquals, assertThrows } from "@std/assert";
import { fileURLToPath } from "node:url";
import { NotifyError, ServiceManager, watchdogPeriodMs } from "../../../dugdale/host/notify.ts";
import { HandClock } from "../hand_clock.ts";

const MAIN = fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
/** Binds a Unix datagram socket and prints each datagram as a line; Deno has no such sockets without a flag. */
const RECEIVER = `
import socket, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\\0" + name[1:] if name.startswith("@") else name)
print("bound", flush=True)
while True: print(receiver.recv(4096).decode(), flush=True)
`;

/** A service manager as far as datagrams go. */
class Receiver implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async bind(name: string): Promise<Receiver> {
    const command = new Deno.Command("python3", { args: ["-c", RECEIVER, name], stdout: "piped" });
    const receiver = new Receiver(command.spawn());
    assertEquals(await receiver.next(), "bound");
    return receiver;
  }

  async next(): Promise<string> {
    for (;;) {
      const end = this.#text.indexOf("\n");
      if (end !== -1) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const { value, done } = await this.#reader.read();
      if (done) throw new Error("the receiver has ended");
      this.#text += value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reader.cancel();
  }
}

interface DaemonProcess extends AsyncDisposable {
  readonly process: Deno.ChildProcess;
}

function startDaemon(config: string, env: Record<string, string>): DaemonProcess {
  const args = ["run", "-A", MAIN, "dugdale", "--config", config];
  const process = new Deno.Command(Deno.execPath(), { args, env }).spawn();
  return {
    process,
    [Symbol.asyncDispose]: async () => {
      try {
        process.kill("SIGKILL");
      } catch (error) {
        // It has ended already.
        if (!(error instanceof TypeError)) throw error;
      }
      await process.status;
    },
  };
}

const variables = (socket?: string) => ({ socket, watchdogUsec: undefined, watchdogPid: undefined });

Deno.test("ServiceManager.tell() reaches a socket with a path and one without a file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const name of [`${folder}/notify`, `@letts-notify-${crypto.randomUUID()}`]) {
      await using receiver = await Receiver.bind(name);
      using manager = ServiceManager.open(variables(name));
      manager?.tell("READY=1");
      assertEquals(await receiver.next(), "READY=1");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ServiceManager.live() pings the watchdog at once and again", async () => {
  const name = `@letts-notify-${crypto.randomUUID()}`;
  await using receiver = await Receiver.bind(name);
  const clock = new HandClock();
  using manager = ServiceManager.open(variables(name));
  manager?.live(30_000, clock, (error) => {
    throw error;
  });
  assertEquals(await receiver.next(), "WATCHDOG=1");
  for (let count = 0; count < 2; count++) {
    clock.advance(30_000);
    assertEquals(await receiver.next(), "WATCHDOG=1");
  }
});

Deno.test("ServiceManager.open() opens nothing without NOTIFY_SOCKET, and refuses a path that is no socket", () => {
  assertEquals(ServiceManager.open(variables()), undefined);
  assertEquals(ServiceManager.open(variables("")), undefined);
  for (const name of ["relative", `/${"x".repeat(108)}`]) {
    assertThrows(() => ServiceManager.open(variables(name)), NotifyError, "NOTIFY_SOCKET");
  }
  using gone = ServiceManager.open(variables(`@letts-notify-${crypto.randomUUID()}`));
  assertThrows(() => gone?.tell("READY=1"), NotifyError, "READY=1");
});

Deno.test("watchdogPeriodMs() is half of what the watchdog waits, if it waits for this process", () => {
  const period = (watchdogUsec?: string, watchdogPid?: string) =>
    watchdogPeriodMs({ socket: "/s", watchdogUsec, watchdogPid }, 7);
  assertEquals(period("60000000"), 30_000);
  assertEquals(period("60000000", "7"), 30_000);
  assertEquals(period("60000000", "8"), undefined);
  assertEquals(period("9000000000000"), 4_500_000_000);
  for (const none of [undefined, "", "0", "1", "-5", "soon"]) assertEquals(period(none), undefined);
});

Deno.test("The daemon notifies a service manager that it is ready, alive and stopping", async () => {
  const folder = await Deno.makeTempDir();
  const name = `@letts-notify-${crypto.randomUUID()}`;
  try {
    await using receiver = await Receiver.bind(name);
    await Deno.writeTextFile(
      `${folder}/dugdale.yaml`,
      `listen: 127.0.0.1:0\ndata_dir: ${folder}/data\nlog: { output: ${folder}/log }\n`,
    );
    await using daemon = startDaemon(`${folder}/dugdale.yaml`, {
      NOTIFY_SOCKET: name,
      WATCHDOG_USEC: "100000",
    });
    assertEquals(await receiver.next(), "READY=1");
    for (let count = 0; count < 3; count++) assertEquals(await receiver.next(), "WATCHDOG=1");
    daemon.process.kill("SIGTERM");
    let state = await receiver.next();
    while (state === "WATCHDOG=1") state = await receiver.next();
    assertEquals(state, "STOPPING=1");
    assertEquals((await daemon.process.status).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
