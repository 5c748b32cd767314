/** The chart of requests over time. @module */
import { escapeHtml, formatCount, formatMinute } from "./markup.ts";
import { STATUS_CLASSES, type StatusClass, type Tally } from "./tally.ts";

const HOUR_MS = 3_600_000;
const WIDTH = 960;
const HEIGHT = 260;
const LEFT = 44;
const BOTTOM = 26;
const TOP = 10;
/** More bars than this would be too thin, so a long log is drawn by days. */
const BARS_MAX = 24 * 8;

interface Bar {
  readonly startMs: number;
  readonly counts: Readonly<Record<StatusClass, number>>;
}

/** The span of one bar. */
export type ChartStep = "hour" | "day";

/** Whether a bar of this log is an hour or a day. */
export function stepOf(tally: Tally): ChartStep {
  return (tally.toMs - tally.fromMs) / HOUR_MS > BARS_MAX ? "day" : "hour";
}

/** Draws stacked bars of requests by status class, as SVG for embedding in a page. */
export function drawChart(tally: Tally): string {
  const bars = barsOf(tally);
  const highest = Math.max(1, ...bars.map(({ counts }) => totalOf(counts)));
  const scale = roundUp(highest);
  const step = (WIDTH - LEFT) / Math.max(1, bars.length);
  const y = (requests: number) => HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * requests / scale;
  const lines = [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const at = y(scale * part).toFixed(1);
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH}" y1="${at}" y2="${at}"/>` +
      `<text x="${LEFT - 8}" y="${at}" dy="4" text-anchor="end">${formatCount(scale * part)}</text>`;
  });
  const drawn = bars.map((bar, index) => drawBar(bar, LEFT + index * step, step, y));
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Requests per ${stepOf(tally)}">` +
    `${lines.join("")}${drawn.join("")}${drawLabels(bars, step, stepOf(tally))}</svg>`;
}

function barsOf(tally: Tally): readonly Bar[] {
  const stepMs = stepOf(tally) === "hour" ? HOUR_MS : 24 * HOUR_MS;
  const bars = new Map<number, Record<StatusClass, number>>();
  // Hours without requests are bars of height 0.
  for (let ms = Math.floor(tally.fromMs / stepMs) * stepMs; ms <= tally.toMs; ms += stepMs) {
    bars.set(ms, { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 });
  }
  for (const [hourMs, counts] of tally.hours) {
    const bar = bars.get(Math.floor(hourMs / stepMs) * stepMs);
    if (bar === undefined) continue;
    for (const name of STATUS_CLASSES) bar[name] += counts[name];
  }
  return [...bars].map(([startMs, counts]) => ({ startMs, counts }));
}

function drawBar({ startMs, counts }: Bar, x: number, step: number, y: (requests: number) => number): string {
  const width = Math.max(1, step - Math.min(6, step * 0.2));
  let below = 0;
  const parts = STATUS_CLASSES.filter((name) => counts[name] > 0).map((name) => {
    const top = y(below + counts[name]);
    const height = y(below) - top;
    below += counts[name];
    return `<rect class="s${name}" x="${x.toFixed(1)}" y="${top.toFixed(1)}" width="${
      width.toFixed(1)
    }" height="${height.toFixed(1)}"/>`;
  });
  const facts = STATUS_CLASSES.map((name) => `${name}: ${formatCount(counts[name])}`).join(", ");
  const title = `${formatMinute(startMs)}: ${formatCount(totalOf(counts))} requests (${facts})`;
  return `<g><title>${escapeHtml(title)}</title>${parts.join("")}</g>`;
}

function drawLabels(bars: readonly Bar[], step: number, unit: ChartStep): string {
  const every = Math.max(1, Math.ceil(56 / step));
  return bars.map(({ startMs }, index) => {
    if (index % every !== 0) return "";
    const text = unit === "hour" ? formatMinute(startMs).slice(11) : formatMinute(startMs).slice(5, 10);
    return `<text x="${(LEFT + index * step).toFixed(1)}" y="${HEIGHT - 6}">${text}</text>`;
  }).join("");
}

function totalOf(counts: Readonly<Record<StatusClass, number>>): number {
  return STATUS_CLASSES.reduce((sum, name) => sum + counts[name], 0);
}

/** The next larger number that divides well by four. */
function roundUp(highest: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(highest));
  const step = [0.4, 0.8, 1, 2, 4, 5, 6, 8, 10].find((factor) => factor * magnitude >= highest) ?? 10;
  return Math.max(4, Math.ceil(step * magnitude / 4) * 4);
}
