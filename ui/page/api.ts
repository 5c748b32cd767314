/**
 * Calls of the server, and the state that all pages share.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { LaneRecord } from "../../protocol/lane.ts";
import type { MissionRecord } from "../../protocol/mission.ts";
import type { FailureGroup } from "../../protocol/failures.ts";
import type { ScheduleRecord } from "../../protocol/schedule.ts";

/** A dugdale as the session sees it. */
export interface SessionHost {
  readonly id: string;
  readonly labels: readonly string[];
  readonly scopes?: readonly string[] | undefined;
  readonly read_only?: boolean | undefined;
}

/** Who is signed in. */
export interface SessionFacts {
  readonly name: string;
  readonly read_only: boolean;
  readonly title: string;
  readonly version: string;
  readonly hosts: readonly SessionHost[];
}

/** Dugdales that are missing from an answer. */
export interface Missing {
  readonly unavailable_hosts?: readonly string[] | undefined;
  readonly unavailable_reasons?: Readonly<Record<string, string>> | undefined;
}

/** A mission in a list. */
export type Row = Omit<MissionRecord, "input" | "return"> & { readonly host: string };

/** One page of missions. */
export interface MissionsAnswer extends Missing {
  readonly items: readonly Row[];
  readonly next_cursor?: string | undefined;
}

/** One mission. */
export interface MissionAnswer {
  readonly host: string;
  readonly mission: MissionRecord;
}

/** A dugdale on the overview. */
export interface HostRow {
  readonly id: string;
  readonly labels: readonly string[];
  readonly online: boolean;
  readonly version?: string | undefined;
  readonly uptime_seconds?: number | undefined;
  readonly applied_at?: number | null | undefined;
  readonly queue_summary?: { readonly queued: number; readonly running: number } | undefined;
}

/** A lane on the overview. */
export interface LaneRow extends LaneRecord {
  readonly host: string;
  /** Unix milliseconds; absent when nothing waits. */
  readonly oldest_queued_at?: number | undefined;
}

/** The overview. */
export interface DashboardAnswer extends Missing {
  readonly hosts: readonly HostRow[];
  readonly lanes: readonly LaneRow[];
  readonly recent_failures: readonly Row[];
}

/** Failures by name and reason. */
export interface FailuresAnswer extends Missing {
  readonly total: number;
  readonly groups: readonly (FailureGroup & { readonly host: string })[];
}

/** All schedules. */
export interface SchedulesAnswer extends Missing {
  readonly schedules: readonly (ScheduleRecord & { readonly host: string })[];
}

/** The result of one item of a bulk action. */
export interface BulkResult {
  readonly host: string;
  readonly id: string;
  readonly ok: boolean;
  readonly error?: string | undefined;
  readonly mission_id?: string | undefined;
}

/** Undefined until known, null when signed out. */
export const session: Signal<SessionFacts | null | undefined> = signal(undefined);
/** Dugdales that the last answers missed, with the reason. */
export const unavailable: Signal<Readonly<Record<string, string>>> = signal({});
/** The number of running missions, for the title. */
export const running: Signal<number> = signal(0);
/** Whether pages refresh themselves. */
export const live: Signal<boolean> = signal(true);

/** A message about an action. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly failed: boolean;
  readonly link?: { readonly href: string; readonly text: string } | undefined;
}

/** Messages on the screen. */
export const toasts: Signal<readonly Toast[]> = signal([]);
let toastId = 0;

/** Shows a message for some seconds; an error for longer. */
export function toast(text: string, options: { failed?: boolean; link?: Toast["link"] } = {}): void {
  const { failed = false, link } = options;
  const one: Toast = { id: ++toastId, text, failed, link };
  toasts.value = [...toasts.value, one].slice(-4);
  setTimeout(() => dismiss(one.id), failed ? 12_000 : 6000);
}

/** Takes a message away. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

/** An answer that is not a success. */
export class ApiError extends Error {
  /** The name of the class. */
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reads from the server. @throws {ApiError} */
export function read<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>("GET", path, undefined, signal);
}

/** Changes something. @throws {ApiError} */
export function change<Answer = unknown>(path: string, body: unknown = {}, method = "POST"): Promise<Answer> {
  return call<Answer>(method, path, body);
}

async function call<Answer>(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") {
    headers["content-type"] = "application/json";
    headers["x-csrf-token"] = cookie("letts_csrf");
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      ...(method === "POST" && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "unreachable", "The UI server does not answer");
  }
  const text = await response.text();
  if (response.ok) {
    const answer = (text === "" ? {} : parseExact(text)) as Answer;
    if (OVER_ALL.test(path)) noteMissing(answer as Missing);
    return answer;
  }
  let problem: { error?: string; message?: string } = {};
  try {
    problem = JSON.parse(text);
  } catch {
    // A proxy in front may answer with a page.
  }
  if (response.status === 401 && path !== "/api/session") session.value = null;
  throw new ApiError(
    response.status,
    problem.error ?? "error",
    problem.message ?? problem.error ?? `HTTP ${response.status}`,
  );
}

/** Answers about all dugdales tell which of them are missing. */
const OVER_ALL = /^\/api\/(dashboard|missions(\?|$)|failures$|schedules$|find)/;

function noteMissing({ unavailable_reasons: reasons = {} }: Missing): void {
  if (JSON.stringify(reasons) !== JSON.stringify(unavailable.value)) unavailable.value = reasons;
}

/** The value of a cookie; empty when there is none. */
export function cookie(name: string): string {
  for (const part of document.cookie.split("; ")) {
    if (part.startsWith(`${name}=`)) return part.slice(name.length + 1);
  }
  return "";
}

/** An integer that a JavaScript number cannot hold; shown as it was sent. */
export class ExactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Where raw JSON is supported it is written as it was read. */
  toJSON(): unknown {
    const raw = (JSON as unknown as { rawJSON?: (text: string) => unknown }).rawJSON;
    return raw ? raw(this.text) : Number(this.text);
  }
}

/** Parses JSON; integers beyond 2^53 keep their digits where the browser tells the source. */
export function parseExact(text: string): unknown {
  const revive = (_key: string, value: unknown, context?: { readonly source?: string }): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value) || !Number.isInteger(value)) return value;
    const source = context?.source;
    return source !== undefined && /^-?\d+$/.test(source) ? new ExactNumber(source) : value;
  };
  return JSON.parse(text, revive);
}
