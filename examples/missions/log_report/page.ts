/** The report as one self-contained page. @module */
import { drawChart, stepOf } from "./chart.ts";
import { escapeHtml, formatBytes, formatCount, formatMinute, formatShare } from "./markup.ts";
import { classOf, type Count, type NamedCount, STATUS_CLASSES, type Tally, topOf } from "./tally.ts";

const STYLE = `
:root { color-scheme: light dark; --page: #f5f6f8; --card: #fff; --ink: #1c2430; --soft: #667085; --line: #e4e7ec;
  --c2xx: #2f9e72; --c3xx: #4a86e8; --c4xx: #e9a23b; --c5xx: #d64545; }
@media (prefers-color-scheme: dark) { :root { --page: #11151b; --card: #1a2029; --ink: #e6eaf0; --soft: #98a2b3;
  --line: #2b3340; --c2xx: #3fbf8b; --c3xx: #6ba0f5; --c4xx: #f0b455; --c5xx: #ef6a6a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { font-size: 26px; margin: 0; } h2 { font-size: 15px; margin: 0 0 12px; }
header p { margin: 4px 0 24px; color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px 20px; }
.figures, .tables { display: grid; gap: 16px; margin-bottom: 16px; }
.figures { grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); }
.tables { grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); margin-top: 16px; }
.figures b { display: block; font-size: 24px; font-variant-numeric: tabular-nums; line-height: 1.25; }
.figures span, .legend, footer, th { color: var(--soft); font-size: 13px; font-weight: 500; }
svg { display: block; width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--line); }
.s2xx { fill: var(--c2xx); background: var(--c2xx); } .s3xx { fill: var(--c3xx); background: var(--c3xx); }
.s4xx { fill: var(--c4xx); background: var(--c4xx); } .s5xx { fill: var(--c5xx); background: var(--c5xx); }
g:hover rect { opacity: .75; }
.legend { display: flex; flex-wrap: wrap; gap: 6px 18px; margin-top: 10px; }
.legend i, .dot { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th { text-align: left; padding: 0 0 6px; } td { padding: 5px 0; border-top: 1px solid var(--line); }
td:first-child { position: relative; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar { position: absolute; left: 0; bottom: 0; height: 2px; background: var(--c3xx); border-radius: 1px; }
.number { width: 96px; text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 24px; }
`;

/** Number formats of a table. */
interface Column {
  readonly head: string;
  readonly by: keyof Count;
  readonly format: (value: number) => string;
}

const REQUESTS: Column = { head: "Requests", by: "requests", format: formatCount };
const BYTES: Column = { head: "Sent", by: "bytes", format: formatBytes };
const SLOWEST: Column = {
  head: "Slowest",
  by: "slowestSeconds",
  format: (seconds) => `${seconds.toFixed(2)} s`,
};

/** Renders the report of a log with at least one valid line, with this many rows in each table. */
export function drawPage(tally: Tally, rows: number): string {
  const good = tally.lines - tally.malformed;
  const span = `${formatMinute(tally.fromMs)} to ${formatMinute(tally.toMs)} UTC`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Access log ${span}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header><h1>Access log</h1><p>${span}</p></header>
<div class="figures">
${figure(formatCount(good), "requests")}
${figure(formatBytes(tally.bytes), "sent")}
${figure(formatCount(tally.clients.size), "clients")}
${figure(formatShare(sumOf(tally, "4xx"), good), "client errors")}
${figure(formatShare(sumOf(tally, "5xx"), good), "server errors")}
</div>
<section><h2>Requests per ${stepOf(tally)}</h2>
${drawChart(tally)}
<div class="legend">${STATUS_CLASSES.map((name) => legend(tally, name, good)).join("")}</div>
</section>
<div class="tables">
${table("Most requested", "Path", topOf(tally.paths, "requests", rows), [REQUESTS, BYTES])}
${table("Most bytes", "Path", topOf(tally.paths, "bytes", rows), [BYTES, REQUESTS])}
${
    tally.timed
      ? table("Slowest", "Path", topOf(tally.paths, "slowestSeconds", rows), [SLOWEST, REQUESTS])
      : ""
  }
${table("Busiest clients", "Address", topOf(tally.clients, "requests", rows), [REQUESTS, BYTES])}
${statusTable(tally)}
</div>
<footer>${formatCount(tally.lines)} lines read, ${
    formatCount(tally.malformed)
  } of them not understood.</footer>
</main>
</body>
</html>
`;
}

function figure(value: string, label: string): string {
  return `<section><b>${value}</b><span>${label}</span></section>`;
}

function legend(tally: Tally, name: (typeof STATUS_CLASSES)[number], good: number): string {
  const sum = sumOf(tally, name);
  return `<span><i class="s${name}"></i>${name} ${formatCount(sum)} (${formatShare(sum, good)})</span>`;
}

function sumOf(tally: Tally, name: (typeof STATUS_CLASSES)[number]): number {
  return tally.hours.values().reduce((sum, hour) => sum + hour[name], 0);
}

function table(
  title: string,
  what: string,
  counts: readonly NamedCount[],
  columns: readonly [Column, Column],
): string {
  const [first] = columns;
  const most = counts[0]?.[first.by] || 1;
  const rows = counts.map((count) => {
    const name = escapeHtml(count.name);
    const share = (100 * count[first.by] / most).toFixed(1);
    const numbers = columns.map(({ by, format }) => `<td class="number">${format(count[by])}</td>`).join("");
    return `<tr><td title="${name}">${name}<span class="bar" style="width:${share}%"></span></td>${numbers}</tr>`;
  });
  const heads = columns.map(({ head }) => `<th class="number">${head}</th>`).join("");
  return `<section><h2>${title}</h2><table><tr><th>${what}</th>${heads}</tr>${
    rows.join("")
  }</table></section>`;
}

function statusTable(tally: Tally): string {
  const rows = [...tally.statuses].sort(([a], [b]) => a - b).map(([status, requests]) =>
    `<tr><td><i class="dot s${classOf(status)}"></i>${status}</td><td class="number">${
      formatCount(requests)
    }</td></tr>`
  );
  return `<section><h2>Answers</h2><table><tr><th>Status</th><th class="number">Requests</th></tr>${
    rows.join("")
  }</table></section>`;
}
