/**
 * Reports the state of the daemon to a service manager, by sd_notify(3) datagrams.
 *
 * @module
 */
import type { Clock } from "./clock.ts";
import { openLibrary } from "./libc.ts";

/** Variables set by a service manager for a service of type notify. */
export interface NotifyVariables {
  /** `NOTIFY_SOCKET`: a path, or `@` and an abstract name. Nothing is sent if it is missing or empty. */
  readonly socket: string | undefined;
  /** `WATCHDOG_USEC`: microseconds without a ping after which the daemon counts as hung. */
  readonly watchdogUsec: string | undefined;
  /** `WATCHDOG_PID`: the process that the watchdog watches. Missing: any. */
  readonly watchdogPid: string | undefined;
}

/** Two pings in each watchdog period: half of its microseconds, in milliseconds. */
const USEC_PER_HALF_MS = 2000;

const AF_UNIX = 1, SOCK_DGRAM = 2, SOCK_CLOEXEC = 0x80000;
/** A busy service manager must not block the daemon, and a closed one must not raise SIGPIPE. */
const MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
/** Length of `sun_path` on Linux. */
const MAX_PATH_BYTES = 108;

/** The service manager could not be reached. */
export class NotifyError extends Error {
  /** The name of the class. */
  override readonly name = "NotifyError";
}

/** Reads the variables of this process. */
export function notifyVariables(): NotifyVariables {
  return {
    socket: Deno.env.get("NOTIFY_SOCKET"),
    watchdogUsec: Deno.env.get("WATCHDOG_USEC"),
    watchdogPid: Deno.env.get("WATCHDOG_PID"),
  };
}

/** Ping interval in milliseconds: half of the watchdog's period. Undefined without a watchdog for this process. */
export function watchdogPeriodMs(
  { watchdogUsec, watchdogPid }: NotifyVariables,
  pid: number,
): number | undefined {
  if (watchdogPid !== undefined && watchdogPid !== String(pid)) return undefined;
  const periodMs = Math.floor(Number(watchdogUsec ?? 0) / USEC_PER_HALF_MS);
  return periodMs >= 1 ? periodMs : undefined;
}

/** The connection to the service manager. Disposing it stops the pings. */
export class ServiceManager implements Disposable {
  readonly #libc: ReturnType<typeof load>;
  readonly #address: Uint8Array<ArrayBuffer>;
  readonly #socket: number;
  #timer: Disposable | undefined;

  private constructor(path: string) {
    this.#address = socketAddress(path);
    const library = openLibrary(load);
    if (library === undefined) throw new NotifyError("reporting to the service manager needs FFI on Linux");
    this.#libc = library;
    this.#socket = this.#libc.symbols.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.#socket < 0) {
      this.#libc.close();
      throw new NotifyError("cannot make a socket for the service manager");
    }
  }

  /**
   * Opens the socket named by the variables; undefined if there is none.
   *
   * @throws {NotifyError} When the socket cannot be used.
   */
  static open({ socket }: NotifyVariables): ServiceManager | undefined {
    return socket === undefined || socket === "" ? undefined : new ServiceManager(socket);
  }

  /** Sends the daemon's state, such as `READY=1`. @throws {NotifyError} When the datagram cannot be sent. */
  tell(state: string): void {
    const bytes = new TextEncoder().encode(state);
    const { sendto } = this.#libc.symbols;
    const address = this.#address;
    const length = BigInt(bytes.length);
    const sent = sendto(this.#socket, bytes, length, MSG_DONTWAIT_NOSIGNAL, address, address.length);
    if (Number(sent) !== bytes.length) throw new NotifyError(`the service manager did not accept ${state}`);
  }

  /** Pings the watchdog now and in each period, as long as the event loop is responsive. */
  live(periodMs: number, clock: Clock, onError: (error: unknown) => void): void {
    const sign = (): void => {
      try {
        this.tell("WATCHDOG=1");
      } catch (error) {
        onError(error);
      }
    };
    sign();
    this.#timer ??= clock.every(periodMs, sign);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#libc.symbols.close(this.#socket);
    this.#libc.close();
  }
}

/** `struct sockaddr_un`. A leading `@` stands for the NUL byte of abstract names. */
function socketAddress(path: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path);
  if ((name[0] !== 0x2f && name[0] !== 0x40) || name.length > MAX_PATH_BYTES) {
    throw new NotifyError(`NOTIFY_SOCKET must be an absolute path or @name, not ${JSON.stringify(path)}`);
  }
  if (name[0] === 0x40) name[0] = 0;
  const address = new Uint8Array(2 + name.length);
  new Uint16Array(address.buffer, 0, 1)[0] = AF_UNIX;
  address.set(name, 2);
  return address;
}

// deno-lint-ignore explicit-module-boundary-types -- the type of the library follows from the table below
function load(name: string) {
  return Deno.dlopen(name, {
    socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
    sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
    close: { parameters: ["i32"], result: "i32" },
  });
}
