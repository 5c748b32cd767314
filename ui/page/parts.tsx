/**
 * Parts that several pages use.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { dismiss, ExactNumber, session, toast, toasts, unavailable } from "./api.ts";
import { ago, moment } from "./format.ts";
import { now, type Polled } from "./poll.ts";

/** Whether actions are shown. */
export function mayAct(): boolean {
  return session.value?.read_only === false;
}

/** The state of a mission: its status, or its outcome when it is done. */
export function Badge({ status, outcome, title }: {
  status: string;
  outcome?: string | undefined;
  title?: string | undefined;
}): JSX.Element {
  const word = status === "done" ? outcome ?? "done" : status;
  return <span class={`badge badge-${word}`} title={title}>{word}</span>;
}

/** A moment as its age; the whole time as its title. */
export function Age({ at }: { at: number | undefined | null }): JSX.Element {
  if (at === undefined || at === null) return <span class="dim">—</span>;
  return <time dateTime={new Date(at).toISOString()} title={moment(at)}>{ago(at, now.value)}</time>;
}

/** Copies a text. */
export function Copy({ text, what }: { text: string; what: string }): JSX.Element {
  const [done, setDone] = useState(false);
  const copy = async (): Promise<void> => {
    try {
      await copyText(text);
      setDone(true);
      setTimeout(() => setDone(false), 1500);
    } catch {
      toast(`The browser does not allow to copy ${what}`, { failed: true });
    }
  };
  return (
    <button type="button" class="icon" aria-label={`Copy ${what}`} title={`Copy ${what}`} onClick={copy}>
      <Icon name={done ? "check" : "copy"} />
    </button>
  );
}

/** Without TLS browsers have no clipboard but the selection. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return await navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error("not copied");
}

const PATHS = {
  copy: "M9 9h10v11H9zM5 15V4h10",
  check: "M5 13l4 4L19 7",
  overview: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  missions: "M4 6h16M4 12h16M4 18h10",
  failures: "M12 4l9 16H3zM12 10v4M12 17v.5",
  schedules: "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2",
  dispatch: "M5 12h13M13 6l6 6-6 6",
  dugdales: "M4 5h16v6H4zM4 13h16v6H4zM7 8v.5M7 16v.5",
  close: "M6 6l12 12M18 6L6 18",
  search: "M11 4a7 7 0 100 14 7 7 0 000-14zM16 16l5 5",
  down: "M12 5v14M6 13l6 6 6-6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  again: "M4 12a8 8 0 108-8H6M9 1L6 4l3 3",
  stop: "M6 6h12v12H6z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  leave: "M10 4H5v16h5M14 8l5 4-5 4M19 12H9",
  theme: "M12 3a9 9 0 100 18V3z",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** A picture beside a text, or in a button with a label. */
export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="glyph" viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The title of a page, with what belongs beside it. */
export function Heading({ title, note, badge, busy, children }: {
  title: string;
  badge?: JSX.Element | undefined;
  note?: string | undefined;
  busy?: boolean | undefined;
  children?: ComponentChildren;
}): JSX.Element {
  return (
    <header class="heading">
      <h1>{title}</h1>
      {badge}
      {note && <span class="note">{note}</span>}
      <span class={busy ? "spinner busy" : "spinner"} aria-hidden="true" />
      <div class="heading-actions">{children}</div>
    </header>
  );
}

/** A list's states before there is a list: loading, and failed. */
export function Loading<Answer>(
  { polled, rows = 5 }: { polled: Polled<Answer>; rows?: number },
): JSX.Element | null {
  const { data, error, refresh } = polled;
  if (error !== undefined) {
    return (
      <div class="error-box" role="alert">
        <span>{error.message}</span>
        <button type="button" onClick={refresh}>Retry</button>
      </div>
    );
  }
  if (data !== undefined) return null;
  return (
    <div class="skeleton" aria-label="Loading" role="status">
      {Array.from({ length: rows }, (_, at) => <div key={at} />)}
    </div>
  );
}

/** What stands where a list would be. */
export function Empty({ children }: { children: ComponentChildren }): JSX.Element {
  return <p class="empty">{children}</p>;
}

/** Dugdales that cannot be asked. */
export function UnavailableStrip(): JSX.Element | null {
  const reasons = Object.entries(unavailable.value);
  if (reasons.length === 0) return null;
  const many = reasons.length === 1
    ? "1 dugdale is unavailable"
    : `${reasons.length} dugdales are unavailable`;
  return (
    <details class="strip" role="status">
      <summary>{many}</summary>
      <ul>
        {reasons.map(([host, reason]) => (
          <li key={host}>
            <b>{host}</b> {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Messages about actions. */
export function Toasts(): JSX.Element {
  return (
    <div class="toasts" aria-live="polite" role="status">
      {toasts.value.map(({ id, text, failed, link }) => (
        <div key={id} class={failed ? "toast failed" : "toast"}>
          <span>{text} {link && <a href={link.href}>{link.text}</a>}</span>
          <button
            type="button"
            class="icon"
            aria-label="Dismiss"
            onClick={() =>
              dismiss(id)}
          >
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}

/** A dialog that holds the focus until it is closed, and gives it back. */
export function Dialog({ title, onClose, children }: {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div class="dialog">
        <h2>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}

/** A question before an action. */
export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** The word on the button. */
  readonly verb: string;
  readonly dangerous?: boolean | undefined;
  /** A box that may be ticked. */
  readonly option?: string | undefined;
  readonly act: (option: boolean) => Promise<void>;
}

/** Asks, acts, and tells a failure. */
export function Confirm({ question, onClose }: { question: Question; onClose: () => void }): JSX.Element {
  const [option, setOption] = useState(false);
  const [busy, setBusy] = useState(false);
  const act = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await question.act(option);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { failed: true });
    }
    onClose();
  };
  return (
    <Dialog title={question.title} onClose={onClose}>
      <form onSubmit={act}>
        <div class="dialog-text">{question.text}</div>
        {question.option && (
          <label class="tick">
            <input
              type="checkbox"
              checked={option}
              onChange={(event) => setOption(event.currentTarget.checked)}
            />
            {question.option}
          </label>
        )}
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class={question.dangerous ? "danger" : "primary"} disabled={busy}>
            {busy ? "Working…" : question.verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** JSON, indented; integers of any size are exact. */
export function jsonLines(value: unknown): string {
  return jsonText(value, "");
}

function jsonText(value: unknown, indent: string): string {
  if (value instanceof ExactNumber) return value.text;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((item) => inner + jsonText(item, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value);
    if (members.length === 0) return "{}";
    const lines = members.map(([name, member]) =>
      `${inner}${JSON.stringify(name)}: ${jsonText(member, inner)}`
    );
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** JSON with a button to copy it. */
export function Json({ value, what }: { value: unknown; what: string }): JSX.Element {
  const text = jsonLines(value);
  return (
    <div class="json">
      <Copy text={text} what={what} />
      <pre tabIndex={0} aria-label={what}>{text}</pre>
    </div>
  );
}
