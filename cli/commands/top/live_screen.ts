/**
 * The screen of `letts top` on a terminal: redrawn after each update and each key.
 *
 * @module
 */
import { LinkedAbort } from "../../../client/abort.ts";
import type { LettsClient } from "../../../client/client.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import { paintFor } from "../../output/color.ts";
import { terminalText } from "../../output/terminal_text.ts";
import { oneLine } from "../../output/columns.ts";
import { shortText } from "../../output/error_text.ts";
import type { Io } from "../../output/io.ts";
import { parseJson, plainNumbers } from "../../output/json.ts";
import { orderedRecord, recordText } from "../../output/mission_record.ts";
import { combinedLog } from "../logs/logs.ts";
import { type Action, Dashboard, type MissionRow, type Row } from "./dashboard.ts";
import { keysIn } from "./keys.ts";
import { ProgressWatch } from "./progress_watch.ts";
import { Rates } from "./rates.ts";
import { listHeight, screenLines } from "./screen.ts";
import type { HostSnapshot } from "./snapshot.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
/** Scrollback of a mission's output. */
const LOG_LINES_MAX = 5000;

/** Sources of the screen. */
export interface Looks {
  readonly look: (signal: AbortSignal) => Promise<readonly HostSnapshot[]>;
  /** Waits until the next update. */
  readonly wait: (signal: AbortSignal) => Promise<void>;
  /** Aborts the screen. */
  readonly signal: AbortSignal;
}

/** Shows the screen until the user leaves it. Without a keyboard it shows the list only. */
export async function liveScreen(client: LettsClient, io: Io, looks: Looks): Promise<void> {
  await using screen = new LiveScreen(client, io, looks);
  await screen.show();
}

class LiveScreen implements AsyncDisposable {
  readonly #client: LettsClient;
  readonly #io: Io;
  readonly #looks: Looks;
  readonly #abort: LinkedAbort;
  readonly #dashboard = new Dashboard();
  readonly #rates = new Rates();
  readonly #progress: ProgressWatch;
  readonly #redraw = () => void this.#draw();
  #drawing = false;
  #changed = false;
  /** Triggers the next update immediately. */
  #sooner = Promise.withResolvers<void>();
  /** Ends the source of the pane's content. */
  #filling = new AbortController();

  constructor(client: LettsClient, io: Io, looks: Looks) {
    this.#client = client;
    this.#io = io;
    this.#looks = looks;
    this.#abort = new LinkedAbort(looks.signal);
    this.#progress = new ProgressWatch(client);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", this.#redraw);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", this.#redraw);
    this.#filling.abort();
    this.#progress[Symbol.dispose]();
    this.#abort.abort(new Error("the screen is left"));
    this.#abort.release();
    await this.#io.stdout.write(LEAVE, { raw: true });
  }

  async show(): Promise<void> {
    await this.#io.stdout.write(ENTER, { raw: true });
    const looking = this.#look();
    await (this.#io.stdin.isTerminal ? Promise.race([looking, this.#obey()]) : looking);
  }

  async #look(): Promise<never> {
    const { signal } = this.#abort;
    for (;;) {
      this.#dashboard.hosts = await this.#looks.look(signal);
      this.#rates.add(this.#dashboard.hosts, Date.now());
      this.#progress.follow(this.#dashboard.missions);
      await this.#draw();
      this.#sooner = Promise.withResolvers();
      await Promise.race([this.#looks.wait(signal), this.#sooner.promise]);
    }
  }

  /** Handles keys until the user leaves. */
  async #obey(): Promise<void> {
    for await (const typed of this.#io.stdin.typed()) {
      for (const key of keysIn(typed)) {
        const before = this.#dashboard.pane;
        const action = this.#dashboard.press(key, listHeight(this.#io.rows()));
        if (this.#dashboard.pane !== before) this.#filling.abort();
        if (action?.do === "quit") return;
        if (action !== undefined) this.#act(action);
      }
      await this.#draw();
    }
  }

  /** Starts an action; its result appears on the screen. */
  #act(action: Exclude<Action, { readonly do: "quit" }>): void {
    this.#perform(action).catch((error) => {
      if (!(error instanceof LettsError)) this.#abort.abort(error);
      this.#dashboard.message = oneLine(shortText(error, this.#client.config));
    }).finally(() => {
      this.#sooner.resolve();
      void this.#draw();
    });
  }

  async #perform(action: Exclude<Action, { readonly do: "quit" }>): Promise<void> {
    const { signal } = this.#abort;
    if (action.do === "show") return await this.#showRow(action.row);
    if (action.do === "logs") return await this.#showOutput(action.row);
    if (action.do === "kill") {
      const { host, mission: { missionId, missionName, kind } } = action.row;
      await this.#client.kill({ host, missionId, kind }, { signal });
      this.#dashboard.message = `${missionName} ${missionId} is told to end`;
      return;
    }
    const { host, lane } = action.row;
    if (lane.paused) await this.#client.continueLane(host, lane.name, { signal });
    else await this.#client.pauseLane(host, lane.name, { signal });
    this.#dashboard.message = `lane ${host}/${lane.name} ${lane.paused ? "goes on" : "is paused"}`;
  }

  async #showRow(row: Row): Promise<void> {
    if (row.kind === "host") {
      const lines = shortText(row.error, this.#client.config).split("\n").map(oneLine);
      return this.#dashboard.open({ title: `dugdale ${row.host}`, lines, follows: false });
    }
    if (row.kind === "lane") {
      const lines = await yamlLines(row.lane);
      return this.#dashboard.open({ title: `lane ${row.host}/${row.lane.name}`, lines, follows: false });
    }
    const { host, mission: { missionId, missionName, kind } } = row;
    const text = await this.#client.missionText({ host, missionId, kind }, { signal: this.#abort.signal });
    const record = parseJson(text);
    if (typeof record !== "object" || record === null) throw new TypeError("a record is an object");
    const plain = { ...this.#io, env: (name: string) => name === "NO_COLOR" ? "1" : this.#io.env(name) };
    const lines = recordText(host, orderedRecord(record), plain).trimEnd().split("\n");
    this.#dashboard.open({ title: `${missionName} on ${host}`, lines, follows: false });
  }

  /** Shows output of a mission until the pane is closed. */
  async #showOutput({ host, mission: { missionId, missionName, kind } }: MissionRow): Promise<void> {
    this.#filling.abort();
    const filling = this.#filling = new AbortController();
    const signal = AbortSignal.any([filling.signal, this.#abort.signal]);
    const lines: string[] = [];
    const title = `output of ${missionName} on ${host}`;
    const body = await this.#client.logs({ host, missionId, kind }, "combined", { follow: true, signal });
    if (signal.aborted) return;
    this.#dashboard.open({ title, lines, follows: true });
    await this.#draw();
    try {
      let rest = "";
      const decoder = new TextDecoder();
      for await (const { bytes } of combinedLog(body)) {
        const parts = (rest + decoder.decode(bytes, { stream: true })).split("\n");
        rest = parts.pop() ?? "";
        lines.push(...parts.map(oneLine));
        lines.splice(0, lines.length - LOG_LINES_MAX);
        await this.#draw();
      }
      if (rest !== "") lines.push(oneLine(rest));
      lines.push("", "(the mission has ended)");
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Draws the current state. While the terminal is still writing one frame, further changes wait for the next. */
  async #draw(): Promise<void> {
    this.#changed = true;
    if (this.#drawing) return;
    this.#drawing = true;
    try {
      while (this.#changed && !this.#abort.signal.aborted) {
        this.#changed = false;
        await this.#io.stdout.write(this.#picture(), { raw: true });
      }
    } finally {
      this.#drawing = false;
    }
  }

  #picture(): string {
    const io = this.#io;
    const lines = screenLines({
      dashboard: this.#dashboard,
      rates: this.#rates,
      progressOf: (row) => this.#progress.of(row),
      columns: io.columns(),
      paint: paintFor(io.stdout, io),
      nowMs: Date.now(),
      config: this.#client.config,
    }, io.rows());
    // Each line is erased to its end, to avoid flicker.
    return `${HOME}${lines.map(terminalText).join(`${CLEAR_LINE}\r\n`)}${CLEAR_LINE}${CLEAR_BELOW}`;
  }
}

/** The record as sent, one field on each line, without control characters. */
async function yamlLines(value: object): Promise<readonly string[]> {
  const { stringify } = await import("yaml");
  return stringify(plainNumbers(value), { lineWidth: 0 }).trimEnd().split("\n").map((line) =>
    // deno-lint-ignore no-control-regex -- control characters are what is looked for
    line.replace(/[\x00-\x1f\x7f-\x9f]/g, " ")
  );
}
