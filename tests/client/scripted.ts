/** A dugdale that answers as a test says, and remembers what it was asked. @module */
import { LettsClient, type LettsClientOptions, lettsConfig, type LettsYaml } from "../../client/mod.ts";

/** One request, with its body read. */
export interface Seen {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  readonly text: string;
}

/** Answers one request. */
export type Handler = (request: Seen, raw: Request) => Response | Promise<Response>;

/** A server on loopback. */
export class Scripted implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly port: number;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(handler: Handler) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
      const url = new URL(request.url);
      const body = await request.bytes();
      const seen: Seen = {
        method: request.method,
        target: url.pathname + url.search,
        headers: request.headers,
        body,
        text: new TextDecoder().decode(body),
      };
      this.seen.push(seen);
      return handler(seen, request);
    });
    this.port = this.#server.addr.port;
  }

  /** Method and target of all requests so far. */
  get log(): string[] {
    return this.seen.map(({ method, target }) => `${method} ${target}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Fast repeats, so that no test waits for a back-off. */
export const QUICK: LettsClientOptions = {
  retry: { backoffMs: [0] },
  stream: { backoffMs: [1] },
};

/** A client of scripted dugdales, named `s1`, `s2`, … with the lane `normal` and all three tokens. */
export function openClient(
  servers: readonly { readonly port: number }[],
  options: LettsClientOptions & { readonly yaml?: Partial<LettsYaml> } = {},
): Promise<LettsClient> {
  const { yaml, ...rest } = options;
  const config = lettsConfig({
    auth: { token: "d-token", admin_token: "a-token", exec_token: "e-token" },
    routes: { r: { host: "s1", lane: "normal" } },
    dugdales: servers.map(({ port }, index) => ({
      id: `s${index + 1}`,
      host: "127.0.0.1",
      port,
      labels: ["prod"],
      lanes: { normal: { concurrency: 1 } },
    })),
    ...yaml,
  });
  return LettsClient.open({ ...QUICK, config, ...rest });
}

/** A problem body. */
export function problem(
  status: number,
  error: string,
  extra: ResponseInit & { details?: unknown } = {},
): Response {
  const { details, ...init } = extra;
  return Response.json({ error, message: `said ${error}`, details }, { ...init, status });
}

/** Lines of an event stream. */
export function ndjson(...events: readonly object[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

/** The first event of every mission. */
export const QUEUED: object = { event: "queued", seq: 1, mission_id: "x", time_created: 1 };

/** A word of how far a mission is. */
export function progress(seq: number, value: number): object {
  return { event: "progress", seq, time: 3, value };
}

/** The last event of a mission. */
export function done(seq: number, extra: object = {}): object {
  const end = { event: "done", seq, time_finished: 9, outcome: "success", exit_code: 0, duration_ms: 7 };
  return { ...end, ...extra };
}

/** A valid mission id. */
export const ID = "0192a8b3-d2c1-7abc-bad0-1234567890ab";

/** A stream that says its lines and then nothing, until the reader leaves. */
export function silentAfter(text: string, onLeave?: () => void): Response {
  return new Response(
    new ReadableStream({
      start(controller) {
        if (text !== "") controller.enqueue(new TextEncoder().encode(text));
      },
      cancel: () => onLeave?.(),
    }),
  );
}

/** The record of a mission in some status. */
export function record(status: string, extra: object = {}): object {
  return {
    mission_id: ID,
    kind: "mission",
    lane: "normal",
    mission_name: "m",
    status,
    input_fingerprint: "0".repeat(64),
    truncated_stdout: false,
    truncated_stderr: false,
    time_created: 1,
    inputs: [],
    outputs: {},
    ...extra,
  };
}
