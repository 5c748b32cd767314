/**
 * Shortcuts of the keyboard.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { Dialog } from "./parts.tsx";
import { go } from "./router.ts";

const PLACES: Readonly<Record<string, readonly [href: string, title: string]>> = {
  o: ["/", "Overview"],
  m: ["/missions", "Missions"],
  f: ["/failures", "Failures"],
  s: ["/schedules", "Schedules"],
  d: ["/dispatch", "Dispatch"],
};
const OFF_KEY = "letts_shortcuts_off";
/** The second key of `g o` comes within this time. */
const SECOND_KEY_MS = 1500;

const shown: Signal<boolean> = signal(false);
let goUntilMs = 0;

/** Listens for the keys; never in a field, never with Ctrl, Alt or Meta. */
export function followKeys(): void {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "?") shown.value = true;
    else if (localStorage.getItem(OFF_KEY) !== null) return;
    else if (performance.now() < goUntilMs && PLACES[event.key] !== undefined) {
      goUntilMs = 0;
      go(PLACES[event.key]![0]);
    } else if (event.key === "g") goUntilMs = performance.now() + SECOND_KEY_MS;
    else if (event.key === "/") document.getElementById("search")?.focus();
    else if (event.key === "j" || event.key === "k") moveRow(event.key === "j" ? 1 : -1);
    else if (event.key === "x") document.activeElement?.closest("tr")?.querySelector("input")?.click();
    else return;
    event.preventDefault();
  });
}

/** Moves the focus to the link of the next row. */
function moveRow(by: number): void {
  const rows = [...document.querySelectorAll("tr[data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[at === -1 ? 0 : Math.max(0, Math.min(at + by, rows.length - 1))];
  next?.querySelector<HTMLElement>("td.main a")?.focus();
}

/** The list of shortcuts. */
export function Shortcuts(): JSX.Element | null {
  if (!shown.value) return null;
  const off = localStorage.getItem(OFF_KEY) !== null;
  const close = (): void => void (shown.value = false);
  const lines: (readonly [string, string])[] = [
    ...Object.entries(PLACES).map(([key, [, title]]) => [`g ${key}`, title] as const),
    ["/", "Find a mission"],
    ["j  k", "Next and previous mission"],
    ["Enter", "Open it"],
    ["x", "Select it"],
    ["?", "This list"],
  ];
  return (
    <Dialog title="Keyboard" onClose={close}>
      <dl class="keys">
        {lines.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="tick">
        <input
          type="checkbox"
          defaultChecked={!off}
          onChange={(event) => {
            if (event.currentTarget.checked) localStorage.removeItem(OFF_KEY);
            else localStorage.setItem(OFF_KEY, "1");
          }}
        />
        Shortcuts are on
      </label>
      <div class="dialog-actions">
        <button type="button" onClick={close}>Close</button>
      </div>
    </Dialog>
  );
}
