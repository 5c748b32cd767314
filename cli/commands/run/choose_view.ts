/**
 * Selects a view for the flags and the terminal.
 *
 * @module
 */
import { type Io, rawIo } from "../../output/io.ts";
import type { GlobalValues } from "../../parse/global_flags.ts";
import { BarView } from "./bar_view.ts";
import { LineView, NdjsonView, SilentView } from "./plain_views.ts";
import type { RunView } from "./view.ts";

/** Flags that affect what is shown while a mission runs. */
export interface ViewFlags {
  readonly "no-progress": boolean;
  readonly logs: boolean;
  readonly raw: boolean;
}

/** What is shown, and what is fetched for it. */
export interface ChosenView {
  readonly view: RunView;
  /** Whether log lines are streamed. */
  readonly showsLogs: boolean;
  /** Whether the logs are part of the result. */
  readonly keepsLogs: boolean;
}

/** The view of one run on one dugdale. */
export function chooseView(flags: ViewFlags, { output, quiet }: GlobalValues, io: Io): ChosenView {
  const { stderr } = flags.raw ? rawIo(io) : io;
  if (output === "ndjson") {
    return { view: new NdjsonView(io.stdout), showsLogs: false, keepsLogs: false };
  }
  if (quiet) return { view: new SilentView(), showsLogs: false, keepsLogs: false };
  if (output === "json") {
    const view = flags.logs ? new LineView(stderr, { events: false, progress: false }) : new SilentView();
    return { view, showsLogs: flags.logs, keepsLogs: true };
  }
  const bar = io.stderr.isTerminal && !flags["no-progress"] && io.env("TERM") !== "dumb";
  const view = bar
    ? new BarView(io, { raw: flags.raw })
    : new LineView(stderr, { events: true, progress: !flags["no-progress"] });
  return { view, showsLogs: output === "text", keepsLogs: false };
}
