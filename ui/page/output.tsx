/**
 * The output of a mission, live.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AnsiLines } from "./ansi.ts";
import { toast } from "./api.ts";
import { Icon } from "./parts.tsx";

/** The pane keeps the newest lines. */
const LINES_MAX = 5000;
/** Within this distance of the end the pane follows it. */
const NEAR_PX = 24;

type Stream = "stdout" | "stderr";

interface Chunk {
  readonly t: number;
  readonly stream: Stream;
  readonly data: string;
  readonly encoding?: string;
}

interface Pending {
  readonly stream: Stream;
  readonly text: string;
  readonly timeMs: number;
  /** Its line goes on. */
  readonly open: boolean;
}

/** The lines on the screen; updated at most once a frame. */
class LogView {
  readonly #box: HTMLElement;
  readonly #changed: (lines: number, dropped: number) => void;
  readonly #ansi = { stdout: new AnsiLines(), stderr: new AnsiLines() };
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #partial = { stdout: "", stderr: "" };
  readonly #openLine: { stdout?: HTMLElement; stderr?: HTMLElement } = {};
  #pending: Pending[] = [];
  #frame: number | undefined;
  #count = 0;
  #number = 0;

  constructor(box: HTMLElement, changed: (lines: number, dropped: number) => void) {
    this.#box = box;
    this.#changed = changed;
  }

  /** Adds a line of the combined output. */
  add(line: string): void {
    let chunk: Chunk;
    try {
      chunk = JSON.parse(line);
    } catch {
      return;
    }
    const { stream, t } = chunk;
    if (stream !== "stdout" && stream !== "stderr") return;
    const parts = (this.#partial[stream] + this.#textOf(chunk)).split("\n");
    this.#partial[stream] = parts.pop() ?? "";
    for (const text of parts) this.#pending.push({ stream, text, timeMs: t, open: false });
    if (this.#partial[stream] !== "") {
      this.#pending.push({ stream, text: this.#partial[stream], timeMs: t, open: true });
    }
    this.#frame ??= requestAnimationFrame(() => this.#draw());
  }

  /** Whether the end of the output is in view. */
  get isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.#box;
    return scrollHeight - scrollTop - clientHeight <= NEAR_PX;
  }

  /** Shows the end. */
  toEnd(): void {
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  [Symbol.dispose](): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  /** Bytes that are no text on their own continue in the next chunk. */
  #textOf({ stream, data, encoding }: Chunk): string {
    const decoder = this.#decoders[stream];
    if (encoding !== "base64") return decoder.decode() + data;
    return decoder.decode(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)), { stream: true });
  }

  #draw(): void {
    this.#frame = undefined;
    const follow = this.isAtEnd;
    const pending = this.#pending;
    this.#pending = [];
    const fragment = document.createDocumentFragment();
    const skip = Math.max(0, pending.length - LINES_MAX);
    for (const [at, { stream, text, timeMs, open }] of pending.entries()) {
      const known = this.#openLine[stream];
      if (known === undefined) this.#number++;
      if (at < skip && known === undefined) {
        if (!open) continue;
        this.#number--;
        continue;
      }
      const line = known ?? this.#newLine(stream, timeMs, fragment);
      this.#ansi[stream].render(text, line);
      if (open) this.#openLine[stream] = line;
      else delete this.#openLine[stream];
    }
    this.#box.append(fragment);
    this.#count = this.#box.childElementCount;
    while (this.#count > LINES_MAX && this.#box.firstElementChild !== null) {
      this.#box.firstElementChild.remove();
      this.#count--;
    }
    if (follow) this.toEnd();
    this.#changed(this.#count, this.#number - this.#count);
  }

  #newLine(stream: Stream, timeMs: number, into: DocumentFragment): HTMLElement {
    const line = document.createElement("div");
    line.className = `line ${stream}`;
    line.id = `L${this.#number}`;
    line.dataset.time = new Date(timeMs).toISOString().slice(11, 23);
    into.append(line);
    return line;
  }
}

/** A stream of server-sent events of the mission; the browser reconnects and goes on where it was. */
export function useStream(
  path: string,
  handle: (data: string, id: number) => void,
): "open" | "ended" | "broken" {
  const [state, setState] = useState<"open" | "ended" | "broken">("open");
  useEffect(() => {
    setState("open");
    let source: EventSource | undefined;
    let last = 0;
    const open = (): void => {
      source = new EventSource(last > 0 ? `${path}?from=${last}` : path);
      source.onmessage = ({ data, lastEventId }) => {
        const id = Number(lastEventId);
        // After a reconnect nothing is shown twice.
        if (id <= last) return;
        last = id;
        handle(data, id);
      };
      source.addEventListener("end", () => {
        source?.close();
        setState("ended");
        removeEventListener("visibilitychange", seen);
      });
      source.addEventListener("stream_error", () => {
        source?.close();
        setState("broken");
      });
      source.onopen = () => setState("open");
      source.onerror = () => {
        // Closed by an answer that is no stream: the browser does not try again.
        if (source?.readyState === EventSource.CLOSED) {
          setState("broken");
          timer = setTimeout(open, 3000);
        }
      };
    };
    let timer: number | undefined;
    // Browsers allow few connections to a server: a hidden tab needs none.
    const seen = (): void => {
      clearTimeout(timer);
      source?.close();
      if (!document.hidden) open();
    };
    document.addEventListener("visibilitychange", seen);
    open();
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(timer);
      source?.close();
    };
  }, [path]);
  return state;
}

/** The pane. */
export function Output(
  { api, done, truncated }: { api: string; done: boolean; truncated: boolean },
): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<LogView>();
  const [{ lines, dropped }, setCounts] = useState({ lines: 0, dropped: 0 });
  const [atEnd, setAtEnd] = useState(true);
  const [wrap, setWrap] = useState(true);
  const [times, setTimes] = useState(false);
  const [stream, setStream] = useState("all");
  const [wide, setWide] = useState(false);
  useEffect(() => {
    if (box.current === null) return;
    box.current.replaceChildren();
    const log = new LogView(box.current, (lines, dropped) => setCounts({ lines, dropped }));
    view.current = log;
    return () => log[Symbol.dispose]();
  }, [api]);
  const state = useStream(`${api}/output`, (data) => view.current?.add(data));
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(box.current?.innerText ?? "");
      toast("Output copied");
    } catch {
      toast("The browser does not allow to copy", { failed: true });
    }
  };
  return (
    <div class={wide ? "output wide" : "output"}>
      <div class="output-bar">
        <Find box={box} lines={lines} />
        <select aria-label="Stream" value={stream} onChange={(event) => setStream(event.currentTarget.value)}>
          <option value="all">stdout and stderr</option>
          <option value="stdout">stdout</option>
          <option value="stderr">stderr</option>
        </select>
        <label class="tick">
          <input type="checkbox" checked={wrap} onChange={(event) => setWrap(event.currentTarget.checked)} />
          {" "}
          Wrap
        </label>
        <label class="tick">
          <input
            type="checkbox"
            checked={times}
            onChange={(event) => setTimes(event.currentTarget.checked)}
          />
          Times
        </label>
        <span class="output-links">
          <button type="button" onClick={copy}>Copy</button>
          <a class="button" href={`${api}/output/raw/stdout`} download>
            <Icon name="download" /> stdout
          </a>
          <a class="button" href={`${api}/output/raw/stderr`} download>
            <Icon name="download" /> stderr
          </a>
          <button type="button" aria-pressed={wide} onClick={() => setWide(!wide)}>
            {wide ? "Smaller" : "Larger"}
          </button>
        </span>
      </div>
      {dropped > 0 && <p class="output-note">{dropped.toLocaleString("en")} earlier lines are not shown</p>}
      <div
        ref={box}
        class={`log show-${stream}${wrap ? " wrap" : ""}${times ? " times" : ""}`}
        role="log"
        aria-label="Output"
        tabIndex={0}
        onScroll={() => setAtEnd(view.current?.isAtEnd ?? true)}
      />
      {lines === 0 && (
        <p class="output-note">
          {state === "ended" || (done && state !== "open")
            ? "It has printed nothing."
            : "Nothing printed yet."}
        </p>
      )}
      {truncated && state === "ended" && (
        <p class="output-note bad">Output was dropped: it was more than the dugdale keeps.</p>
      )}
      {state === "broken" && (
        <p class="output-note bad" role="alert">The output broke off; this is not all of it.</p>
      )}
      {!atEnd && (
        <button type="button" class="to-end" onClick={() => view.current?.toEnd()}>
          <Icon name="down" /> To the end
        </button>
      )}
    </div>
  );
}

/** Finds a text in the lines on the screen. */
function Find({ box, lines }: { box: { readonly current: HTMLElement | null }; lines: number }): JSX.Element {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [hits, setHits] = useState<readonly Element[]>([]);
  useEffect(() => {
    const wanted = text.toLowerCase();
    const all = [...box.current?.children ?? []];
    const found = wanted === ""
      ? []
      : all.filter(({ textContent }) => textContent.toLowerCase().includes(wanted));
    for (const line of all) line.classList.toggle("hit", found.includes(line));
    setHits(found);
  }, [text, lines]);
  useEffect(() => {
    for (const line of hits) line.classList.remove("current");
    const line = hits[at];
    line?.classList.add("current");
    line?.scrollIntoView({ block: "nearest" });
  }, [hits, at]);
  const step = (by: number): void => {
    if (hits.length > 0) setAt((at + by + hits.length) % hits.length);
  };
  return (
    <span class="find">
      <input
        type="search"
        placeholder="Find"
        aria-label="Find in the output"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
        }}
      />
      {text !== "" && (
        <span class="note" aria-live="polite">
          {hits.length === 0 ? "none" : `${at + 1} of ${hits.length}`}
        </span>
      )}
    </span>
  );
}
