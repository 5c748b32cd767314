#!/usr/bin/env -S deno run --allow-net --allow-read
/**
 * A hook that tells Sentry, or whatever else takes its envelopes, of missions that failed. In `dugdale.yaml`:
 *
 * ```yaml
 * hooks:
 *   sentry:
 *     on: [mission.failed, mission.timeout, mission.oom, mission.crashed, mission.lost]
 *     command: [/usr/local/bin/deno, run, --allow-net=sentry.example.com, --allow-read=/etc/letts/sentry.dsn,
 *       /etc/letts/sentry.ts, /etc/letts/sentry.dsn]
 * ```
 *
 * The event comes on stdin, as a CloudEvent in JSON; the file in the arguments has the DSN of the project. The exit code
 * is 0 when the event was taken. Anything else makes the dugdale deliver it again later: it then has the same id, by which
 * the receiver knows a repeat.
 *
 * @module
 */

/** The record of a mission, as far as it is told here. */
interface Failed {
  readonly mission_id: string;
  readonly mission_name: string;
  readonly kind: string;
  readonly lane: string;
  readonly outcome: string;
  readonly fail_reason?: string;
  readonly fail_message?: string;
  readonly fail_details?: Readonly<Record<string, unknown>>;
  readonly attempt?: number;
  readonly state?: string;
  readonly notes?: readonly string[];
  readonly warnings?: readonly { readonly message: string; readonly details?: unknown }[];
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly tags?: readonly string[];
  readonly owner?: string;
}

/** The event of a hook. */
interface HookEvent {
  readonly id: string;
  readonly source: string;
  readonly time: string;
  readonly traceparent?: string;
  readonly data: Failed;
}

/** `https://KEY@HOST/PATH/PROJECT` as the address of the envelopes, and the key. */
function readDsn(text: string): { readonly url: string; readonly key: string } {
  const dsn = new URL(text.trim());
  const [, path = "", project] = /^(.*)\/([^/]+)$/.exec(dsn.pathname) ?? [];
  if (dsn.username === "" || project === undefined) throw new TypeError("a DSN is https://KEY@HOST/PROJECT");
  return { url: `${dsn.origin}${path}/api/${project}/envelope/`, key: dsn.username };
}

/** 32 hex digits that follow from the id of the event. */
async function eventId(id: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return new Uint8Array(digest).toHex().slice(0, 32);
}

/** What the tracker shows: failures of one mission for one reason are one issue. */
function toEvent(event_id: string, { source, time, traceparent, data }: HookEvent): object {
  const reason = data.fail_reason ?? data.outcome;
  const [, trace_id, span_id] = traceparent?.split("-") ?? [];
  const crumbs = [
    ...(data.notes ?? []).map((message) => ({ level: "info", message })),
    ...(data.warnings ?? []).map(({ message, details }) => ({ level: "warning", message, data: details })),
  ];
  return {
    event_id,
    timestamp: time,
    platform: "other",
    level: data.outcome === "failed" ? "error" : "fatal",
    logger: "letts",
    server_name: source.replace(/^letts:\/\//, ""),
    transaction: data.mission_name,
    fingerprint: [data.mission_name, reason],
    exception: { values: [{ type: reason, value: data.fail_message ?? data.outcome }] },
    breadcrumbs: { values: crumbs.map((crumb) => ({ category: "mission", timestamp: time, ...crumb })) },
    tags: { lane: data.lane, kind: data.kind, outcome: data.outcome, owner: data.owner, state: data.state },
    contexts: trace_id === undefined ? undefined : { trace: { trace_id, span_id, op: "letts.mission" } },
    extra: {
      mission_id: data.mission_id,
      attempt: data.attempt ?? 1,
      details: data.fail_details,
      meta: data.meta,
      tags: data.tags,
    },
  };
}

/** An envelope with one item: a line of JSON for each header and for the event. */
function toEnvelope(event_id: string, event: object): string {
  const lines = [{ event_id, sent_at: new Date().toISOString() }, { type: "event" }, event];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

if (import.meta.main) {
  const [file] = Deno.args;
  if (file === undefined) throw new TypeError("usage: sentry.ts FILE, which has the DSN");
  const { url, key } = readDsn(await Deno.readTextFile(file));
  const event: HookEvent = await new Response(Deno.stdin.readable).json();
  const id = await eventId(event.id);
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/x-sentry-envelope",
      "x-sentry-auth": `Sentry sentry_version=7, sentry_client=letts/1, sentry_key=${key}`,
    },
    body: toEnvelope(id, toEvent(id, event)),
  });
  const answer = await response.text();
  // An uncaught error ends the process with 1, and the dugdale logs what it prints.
  if (!response.ok) throw new Error(`the tracker answers ${response.status}: ${answer.slice(0, 500)}`);
}
