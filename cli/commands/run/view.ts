/**
 * How a running mission is displayed.
 *
 * @module
 */
import type { FollowedLine } from "../../../client/types.ts";
import type { MissionEvent } from "../../../protocol/event.ts";
import { humanBytes } from "../../output/human.ts";
import { logLines, type LogStream } from "./log_lines.ts";
import type { LogShow } from "./log_tails.ts";

/** Displays a running mission. Each method resolves when its line is written. */
export interface RunView {
  /** An event, as it arrived. */
  event(line: FollowedLine): Promise<void>;
  /** A line that the mission printed, without its newline. */
  log(stream: LogStream, line: string): Promise<void>;
  /** An output file has been saved. */
  saved(key: string, path: string, bytes: number): Promise<void>;
  /** A warning. */
  warning(text: string): Promise<void>;
  /** Removes temporary display elements. */
  close(): Promise<void>;
}

/** How log lines get into a view. */
export function showLines(view: RunView): LogShow {
  return {
    async show(stream, body) {
      for await (const line of logLines(body)) await view.log(stream, line);
    },
    warn: (text) => view.warning(text),
  };
}

/** The message about a saved file. */
export function savedText(key: string, path: string, bytes: number): string {
  return `[output] ${key} -> ${path} (${humanBytes(bytes)})`;
}

/** The text of an event; undefined for events without text. */
export function eventText(event: MissionEvent): string | undefined {
  switch (event.event) {
    case "queued":
      return "[event] queued";
    case "running":
      return `[event] running pid=${event.pid ?? 0}`;
    case "progress": {
      const value = event.value === undefined ? "" : `${event.value.toFixed(2)} `;
      return `[progress] ${value}${event.message ?? ""}`;
    }
    case "note":
    case "warning":
    case "state":
      return `[${event.event}] ${event.text}`;
    case "attempt": {
      const why = event.fail_reason === undefined ? event.outcome : `${event.outcome} (${event.fail_reason})`;
      return `[event] attempt ${event.attempt} ended: ${why}; the next one starts at ${
        new Date(event.next_attempt_at).toISOString()
      }`;
    }
    case "done":
      return `[event] done outcome=${event.outcome}`;
    default:
      return event satisfies never;
  }
}
