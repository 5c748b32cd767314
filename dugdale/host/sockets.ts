import { readdirSync } from "node:fs";
import { LITTLE_ENDIAN, openLibrary } from "./libc.ts";

/** A connection as seen by the kernel. */
export interface SocketState {
  readonly fd: number;
  /** Address of the peer, for counting: equal addresses give equal strings. */
  readonly address: string;
  /** Port of the peer. */
  readonly port: number;
  readonly receivedBytes: bigint;
  /** Bytes acknowledged by the peer. */
  readonly sentBytes: bigint;
}

const AF_INET = 2, AF_INET6 = 10;
const IPPROTO_TCP = 6, TCP_INFO = 11;
/** Offsets of `tcpi_bytes_acked` and `tcpi_bytes_received` in `struct tcp_info`, since Linux 4.1. */
const ACKED_AT = 120, RECEIVED_AT = 128, INFO_BYTES = 136;
const SHUT_RDWR = 2;
const RLIMIT_NOFILE = 7;
/** Holds a `struct sockaddr_in6`, the longest address type used. */
const ADDRESS_BYTES = 28;

/**
 * The TCP connections of this process. `Deno.serve` exposes a connection only while it carries a request; idle ones,
 * and those that never send a request, are only visible here. Linux only.
 */
export class Sockets implements Disposable {
  readonly #library: Library;
  readonly #name = new Uint8Array(ADDRESS_BYTES);
  readonly #nameView = new DataView(this.#name.buffer);
  readonly #info = new Uint8Array(256);
  readonly #infoView = new DataView(this.#info.buffer);
  readonly #length = new Uint32Array(1);
  readonly #lengthBytes = new Uint8Array(this.#length.buffer);

  private constructor(library: Library) {
    this.#library = library;
  }

  /** Undefined if the system or the permissions do not allow it. */
  static open(): Sockets | undefined {
    if (Deno.build.os !== "linux") return undefined;
    if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return undefined;
    const library = openLibrary(load);
    return library && new Sockets(library);
  }

  /** Maximum number of open descriptors of this process. */
  get descriptorLimit(): number {
    const limits = new DataView(new ArrayBuffer(16));
    this.#library.symbols.getrlimit(RLIMIT_NOFILE, new Uint8Array(limits.buffer));
    return Number(limits.getBigUint64(0, LITTLE_ENDIAN));
  }

  /** The established connections of a local port. */
  connections(localPort: number): SocketState[] {
    const found: SocketState[] = [];
    for (const name of readdirSync("/proc/self/fd")) {
      const fd = Number(name);
      if (!this.#readName("getsockname", fd) || this.#port !== localPort) continue;
      if (!this.#readName("getpeername", fd) || !this.#readInfo(fd)) continue;
      found.push({
        fd,
        address: this.#address,
        port: this.#port,
        receivedBytes: this.#infoView.getBigUint64(RECEIVED_AT, LITTLE_ENDIAN),
        sentBytes: this.#infoView.getBigUint64(ACKED_AT, LITTLE_ENDIAN),
      });
    }
    return found;
  }

  /** Shuts down a connection in both directions; its owner sees the end and closes it. */
  shutdown(fd: number): void {
    this.#library.symbols.shutdown(fd, SHUT_RDWR);
  }

  /** Resets a connection, even if its owner does not read. */
  reset(fd: number): void {
    // An address without a family dissolves the connection of a socket.
    this.#library.symbols.connect(fd, new Uint8Array(ADDRESS_BYTES), ADDRESS_BYTES);
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }

  /** Whether the descriptor is an internet socket with such an address, which is then in `#name`. */
  #readName(call: "getsockname" | "getpeername", fd: number): boolean {
    this.#length[0] = ADDRESS_BYTES;
    if (this.#library.symbols[call](fd, this.#name, this.#lengthBytes) !== 0) return false;
    const family = this.#nameView.getUint16(0, LITTLE_ENDIAN);
    return family === AF_INET || family === AF_INET6;
  }

  get #port(): number {
    return this.#nameView.getUint16(2);
  }

  get #address(): string {
    const name = this.#name;
    if (this.#nameView.getUint16(0, LITTLE_ENDIAN) === AF_INET) return name.subarray(4, 8).join(".");
    const isMapped = name.subarray(8, 18).every((byte) => byte === 0) && name[18] === 0xff;
    return isMapped ? name.subarray(20, 24).join(".") : name.subarray(8, 24).toHex();
  }

  #readInfo(fd: number): boolean {
    this.#length[0] = this.#info.length;
    const result = this.#library.symbols.getsockopt(fd, IPPROTO_TCP, TCP_INFO, this.#info, this.#lengthBytes);
    return result === 0 && this.#length[0] >= INFO_BYTES;
  }
}

type Library = ReturnType<typeof load>;

// deno-lint-ignore explicit-module-boundary-types -- the type of the library follows from the table below
function load(name: string) {
  return Deno.dlopen(name, {
    getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
    getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
    getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
    shutdown: { parameters: ["i32", "i32"], result: "i32" },
    connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  });
}
