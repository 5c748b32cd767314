/** A dugdale in this process with a data directory of its own, and requests to it. @module */
import { createHash } from "node:crypto";
import type { DugdaleSettings } from "../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../config/dugdale/read.ts";
import { type Dugdale, openDugdale } from "../../dugdale/daemon.ts";
import { Ids } from "../../protocol/ids.ts";
import type { Clock } from "../../dugdale/host/clock.ts";
import type { Log } from "../../dugdale/host/log.ts";

/** The ids that tests draw. */
export const ids: Ids = new Ids();

/** What a test wants to be different. */
export interface RunningOptions extends Partial<Omit<DugdaleSettings, "log">> {
  readonly log?: Log;
  readonly clock?: Clock;
}

/** An answer, read whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- the tests compare it with what they expect
  readonly body: any;
}

/** What a request has besides method and path. */
export interface Sent {
  readonly as?: "dispatch" | "exec" | "admin" | "anonymous";
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A running dugdale; tokens are the names of their scopes. */
export class Running implements AsyncDisposable {
  constructor(readonly dugdale: Dugdale, readonly folder: string, readonly keepFolder: boolean) {}

  /** Sends a request; the answer is read whole. */
  async request(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    const { as = "admin", key, body, headers } = sent;
    const response = await fetch(this.dugdale.url + path, {
      method,
      headers: {
        ...(as === "anonymous" ? {} : { authorization: `Bearer ${as}` }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") && text !== "";
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** Sets lanes, and missions that all run the command. */
  async apply(lanes: Record<string, unknown>, command: readonly string[] = ["/bin/true"]): Promise<void> {
    const body = { lanes, runtime: { command_template: command } };
    const { status, text } = await this.request("POST", "/v1/admin/apply?force=true", { body });
    if (status !== 200) throw new Error(text);
  }

  /** Uploads a file and answers its id. */
  async stage(content: string): Promise<string> {
    const id = ids.staging();
    const headers = { "x-letts-sha256": sha256(content) };
    const { status, text } = await this.request("PUT", `/v1/staging/${id}`, {
      body: new TextEncoder().encode(content),
      headers,
    });
    if (status !== 201) throw new Error(text);
    return id;
  }

  /** Waits for the end of a mission and answers its record. */
  async ended(id: string): Promise<Answer["body"]> {
    await this.request("GET", `/v1/missions/${id}/events?follow=true`);
    return (await this.request("GET", `/v1/missions/${id}`)).body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dugdale[Symbol.asyncDispose]();
    if (!this.keepFolder) await Deno.remove(this.folder, { recursive: true });
  }
}

/** Opens a dugdale, in a new folder unless `dataDir` names one. */
export async function openRunning(options: RunningOptions = {}): Promise<Running> {
  const { log, clock, ...settings } = options;
  const folder = options.dataDir ?? await Deno.makeTempDir();
  const config = dugdaleConfig({
    listen: "127.0.0.1:0",
    dataDir: folder,
    auth: { tokens: ["dispatch"] },
    admin: { tokens: ["admin"] },
    ...settings,
    exec: { enabled: true, tokens: ["exec"], ...settings.exec },
  });
  const dugdale = await openDugdale({
    config,
    ...(log === undefined ? {} : { log }),
    ...(clock === undefined ? {} : { clock }),
  });
  return new Running(dugdale, folder, options.dataDir !== undefined);
}

/** Lower-case hex digest. */
export function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function isRaw(body: unknown): body is string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || body instanceof Uint8Array;
}
