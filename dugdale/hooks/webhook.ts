import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { type IncomingMessage, request as requestHttp, type RequestOptions } from "node:http";
import { request as requestHttps } from "node:https";
import type { DugdaleHook } from "../../config/dugdale/hooks.ts";
import type { Clock } from "../host/clock.ts";
import type { OutboxEvent } from "../store/outbox.ts";
import { assertPublicHost, lookupPublic, PrivateAddressError } from "./addresses.ts";
import { type Deliver, DeliveryError } from "./delivery.ts";

/** What a webhook is told by. */
export interface WebhookParts {
  /** Default: that of a CloudEvent. */
  readonly contentType?: string;
  readonly hook: Pick<DugdaleHook, "url" | "secret" | "allowPrivate">;
  readonly clock: Pick<Clock, "wallMs">;
  /** Version of the dugdale, for the header `user-agent`. */
  readonly version: string;
}

const CLOUD_EVENT = "application/cloudevents+json; charset=utf-8";
/** The longest wait that a receiver can ask for. */
const RETRY_AFTER_MAX_MS = 3_600_000;

/**
 * Posts events to a URL. Redirects are not followed, and the addresses of the host are checked before they are connected
 * to.
 */
export function webhook(
  { hook, clock, version, contentType = CLOUD_EVENT }: WebhookParts,
): Deliver {
  const { url, secret, allowPrivate } = hook;
  const target = new URL(url);
  const key = secret === "" ? undefined : secretBytes(secret);
  return async (event, signal) => {
    const body = Buffer.from(event.body);
    const headers = {
      "content-type": contentType,
      "content-length": String(body.length),
      "user-agent": `letts-dugdale/${version}`,
      ...(key === undefined ? {} : signed(event, key, clock.wallMs())),
    };
    const options = { method: "POST", headers, agent: false, signal } satisfies RequestOptions;
    try {
      if (!allowPrivate) assertPublicHost(target.hostname);
      const lookup = allowPrivate ? {} : { lookup: lookupPublic as never };
      const response = await post(target, { ...options, ...lookup }, body);
      response.destroy();
      judge(response, clock);
    } catch (cause) {
      if (cause instanceof DeliveryError) throw cause;
      if (cause instanceof PrivateAddressError) throw new DeliveryError(cause.message, {}, { cause });
      throw new DeliveryError(reasonOf(cause), { unreachable: !signal.aborted }, { cause });
    }
  };
}

/**
 * The headers of Standard Webhooks: an HMAC over id, time and body, so that a receiver can refuse what is forged and what
 * is old.
 *
 * @see https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export function signed(
  { event, body }: Pick<OutboxEvent, "event" | "body">,
  key: Uint8Array,
  nowMs: number,
): Record<string, string> {
  const seconds = String(Math.floor(nowMs / 1000));
  const digest = createHmac("sha256", key).update(`${event}.${seconds}.${body}`).digest("base64");
  return { "webhook-id": event, "webhook-timestamp": seconds, "webhook-signature": `v1,${digest}` };
}

/** After `whsec_` the key is Base64, as the standard has it; any other secret is its own bytes. */
export function secretBytes(secret: string): Uint8Array {
  const prefix = "whsec_";
  return secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), "base64")
    : new TextEncoder().encode(secret);
}

function post(url: URL, options: RequestOptions, body: Uint8Array): Promise<IncomingMessage> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, options, resolve);
    sent.once("error", reject);
    sent.end(body);
  });
}

/** @throws {DeliveryError} Unless the receiver has taken the event. */
function judge({ statusCode = 0, headers }: IncomingMessage, clock: Pick<Clock, "wallMs">): void {
  if (statusCode >= 200 && statusCode < 300) return;
  const message = `answered ${statusCode}`;
  if (statusCode === 410) throw new DeliveryError(message, { gone: true });
  throw new DeliveryError(message, { retryAfterMs: retryAfterMs(headers["retry-after"], clock.wallMs()) });
}

function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  return ms > 0 ? Math.min(ms, RETRY_AFTER_MAX_MS) : undefined;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
