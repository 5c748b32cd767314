import { connect, type Socket } from "node:net";
import type { StagingId } from "../../../protocol/names.ts";
import { type Answer, answer, type Area } from "./area.ts";

/** A PUT whose bytes are sent one piece at a time, over a connection of its own. */
export class RawPut implements Disposable {
  readonly id: StagingId;
  readonly #area: Area;
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  readonly #answered: Promise<string>;

  /** @param headers Besides `Host`. */
  constructor(area: Area, id: StagingId, headers: Record<string, string>) {
    this.id = id;
    this.#area = area;
    const socket = this.#socket = connect(area.port, "127.0.0.1");
    socket.on("error", () => {});
    this.#closed = new Promise((resolve) => socket.on("close", () => resolve()));
    this.#answered = new Promise((resolve) => {
      let text = "";
      socket.on("data", (data) => {
        text += data;
        const length = /content-length: (\d+)[^]*?\r\n\r\n/i.exec(text);
        if (length !== null && text.length >= length.index + length[0].length + Number(length[1])) {
          resolve(text);
        }
      });
      socket.on("close", () => resolve(text));
    });
    const lines = Object.entries({ Host: "dugdale", ...headers }).map(([name, value]) =>
      `${name}: ${value}\r\n`
    );
    this.write(`PUT /v1/staging/${id} HTTP/1.1\r\n${lines.join("")}\r\n`);
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Resolves once the upload has so many bytes, as HEAD tells. */
  async received(bytes: number): Promise<void> {
    for (;;) {
      const { headers } = await this.#area.request("HEAD", `/${this.id}`);
      if (headers.get("x-letts-bytes-received") === String(bytes)) return;
    }
  }

  /** Says that no more will come, and reads the answer. */
  async end(): Promise<Answer> {
    this.#socket.end();
    return await this.answer();
  }

  /** Reads the answer. */
  async answer(): Promise<Answer> {
    const text = await this.#answered;
    const [head = "", body = ""] = text.split("\r\n\r\n");
    const [first = "", ...lines] = head.split("\r\n");
    const headers = new Headers(lines.map((line) => line.split(": ", 2) as [string, string]));
    return await answer(
      this.id,
      new Response(body || null, { status: Number(first.split(" ")[1]), headers }),
    );
  }

  /** Goes away without a word. */
  async vanish(): Promise<void> {
    this.#socket.resetAndDestroy();
    await this.#closed;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
