import { lines } from "../../protocol/lines.ts";
import { pause } from "./daemon.ts";
import { newId } from "./ids.ts";
import type { Tokens } from "./settings.ts";

/** A JSON object as it came. */
export type Fields = Readonly<Record<string, unknown>>;

/** An answer, read whole. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body when it is a JSON object, otherwise an empty one. */
  readonly body: Fields;
}

/** How to make a request. */
export interface CallOptions {
  /** Whose token is sent. Default `admin`. */
  readonly as?: keyof Tokens | "anonymous";
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes go as they are, anything else as JSON. */
  readonly body?: unknown;
  /** The client's address that a trusted proxy tells; keeps wrong tokens of one test from slowing down another. */
  readonly from?: string;
  readonly signal?: AbortSignal;
}

/** A dispatch; what is left out is not sent. */
export interface Dispatch {
  readonly id?: string;
  readonly mission?: string;
  readonly lane?: string;
  readonly input?: unknown;
  readonly files?: unknown;
  readonly timeout?: unknown;
}

const LINE_BYTES = 16 * 1024 * 1024;
const LIMIT_MS = 40_000;

/** A dugdale as callers see it: plain requests, and the few sequences that most tests need. */
export class Dugdale {
  url = "";
  tokens: Tokens = { dispatch: "", exec: "", admin: "" };

  /** Sends a request and hands over the answer with its body still to come. */
  async open(method: string, path: string, options: CallOptions = {}): Promise<Response> {
    const { as = "admin", body, from } = options;
    const headers = new Headers(options.headers);
    if (as !== "anonymous" && !headers.has("authorization")) {
      headers.set("authorization", `Bearer ${this.tokens[as]}`);
    }
    if (from !== undefined) headers.set("x-forwarded-for", from);
    const raw = body === undefined || typeof body === "string" || body instanceof Uint8Array ||
      body instanceof ReadableStream;
    return await fetch(`${this.url}${path}`, {
      method,
      headers,
      redirect: "manual",
      body: raw ? body as BodyInit | undefined ?? null : JSON.stringify(body),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** Sends a request and reads the whole answer. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<Reply> {
    using limit = new TimeLimit(`${method} ${path}`, options.signal);
    const response = await this.open(method, path, { ...options, signal: limit.signal });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: fieldsOf(text) };
  }

  get(path: string, options: CallOptions = {}): Promise<Reply> {
    return this.call("GET", path, options);
  }

  post(path: string, body?: unknown, options: CallOptions = {}): Promise<Reply> {
    return this.call("POST", path, { ...options, body });
  }

  /** Dispatches with a dispatch token and answers whatever comes. */
  async dispatch(what: Dispatch, options: CallOptions = {}): Promise<Reply> {
    const { id = newId(), lane = "fast", ...rest } = what;
    const headers = { "idempotency-key": id, ...options.headers };
    return await this.post("/v1/dispatch", { lane, ...rest }, { as: "dispatch", ...options, headers });
  }

  /** Dispatches a mission that must be accepted; answers its id. */
  async queue(mission: string, what: Dispatch = {}): Promise<string> {
    const { id = newId() } = what;
    const reply = await this.dispatch({ ...what, id, mission });
    if (reply.status !== 202) throw new Error(`dispatch of ${mission}: ${reply.status} ${reply.text}`);
    return id;
  }

  /** Dispatches a mission and waits for its end; answers its record. */
  async run(mission: string, what: Dispatch = {}): Promise<Fields> {
    return await this.done(await this.queue(mission, what));
  }

  /** The record of a mission. */
  async record(id: string): Promise<Fields> {
    const reply = await this.get(`/v1/missions/${id}`);
    if (reply.status !== 200) throw new Error(`record of ${id}: ${reply.status} ${reply.text}`);
    return reply.body;
  }

  /** Waits for the end of a mission; answers its record. */
  async done(id: string): Promise<Fields> {
    await this.event(id, "done");
    for (;;) {
      const record = await this.record(id);
      // A dugdale may tell the end before its row says so.
      if (record.status === "done") return record;
      await pause(20);
    }
  }

  /** Follows the events of a mission until it ends or the loop is left. */
  async *follow(id: string, from = 0): AsyncGenerator<Fields, void, void> {
    const path = `/v1/missions/${id}/events?follow=true&from=${from}`;
    using limit = new TimeLimit(path);
    const response = await this.open("GET", path, { signal: limit.signal });
    if (response.status !== 200) {
      throw new Error(`events of ${id}: ${response.status} ${await response.text()}`);
    }
    if (response.body === null) return;
    for await (const line of lines(response.body, { maxBytes: LINE_BYTES })) yield JSON.parse(line);
  }

  /** Waits for the first event of that name, and with that message if one is given. */
  async event(id: string, name: string, message?: string): Promise<Fields> {
    const seen: unknown[] = [];
    for await (const event of this.follow(id)) {
      if (event.event === name && (message === undefined || event.message === message)) return event;
      seen.push(event);
    }
    throw new Error(`mission ${id} never said ${name} ${message ?? ""}: ${JSON.stringify(seen)}`);
  }

  /** All events of a mission up to now. */
  async events(id: string, query = ""): Promise<Fields[]> {
    const { text } = await this.get(`/v1/missions/${id}/events?${query}`);
    return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  }

  /** What a mission has printed up to now. */
  async output(id: string, stream: string): Promise<string> {
    return (await this.get(`/v1/missions/${id}/output?stream=${stream}`)).text;
  }

  /** Stages a file with a dispatch token; answers its id. */
  async stage(content: string | Uint8Array<ArrayBuffer>, id: string = newId()): Promise<string> {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const headers = { "x-letts-sha256": await sha256(bytes) };
    const reply = await this.call("PUT", `/v1/staging/${id}`, { as: "dispatch", headers, body: bytes });
    if (reply.status !== 201) throw new Error(`upload: ${reply.status} ${reply.text}`);
    return id;
  }
}

/** The sha256 of bytes, in hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const data = typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data)).toHex();
}

/** Fails a request that takes longer than any test should wait, so that a test never hangs. */
class TimeLimit implements Disposable {
  readonly signal: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(what: string, signal?: AbortSignal) {
    const abort = new AbortController();
    this.signal = signal === undefined ? abort.signal : AbortSignal.any([abort.signal, signal]);
    this.#timer = setTimeout(() => abort.abort(new Error(`${what} took more than ${LIMIT_MS} ms`)), LIMIT_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}

function fieldsOf(text: string): Fields {
  if (!text.startsWith("{") || !text.endsWith("}\n")) return {};
  try {
    return JSON.parse(text);
  } catch (error) {
    // Several lines of JSON, or a file that looks like it.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
