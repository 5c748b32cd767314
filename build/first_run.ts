// deno-lint-ignore-file no-console -- a program for people at a terminal
/**
 * Draws `docs/first_run.svg`, the animated picture in the README, from a recorded first session. Run it again when the
 * output of letts has changed; a test compares the text.
 */
import { fileURLToPath } from "node:url";

const PICTURE = fileURLToPath(new URL("../docs/first_run.svg", import.meta.url));
const MAIN = fileURLToPath(new URL("../cli/main.ts", import.meta.url));

/** A line of the session, and when it appeared. */
export interface Line {
  readonly text: string;
  readonly atMs: number;
  /** Typed by the user. */
  readonly typed?: true;
}

const WIDTH = 760, LINE_HEIGHT = 20, TOP = 52, LEFT = 20;
/** Delay before each command, in which the reader can catch up. */
const READ_MS = 900;

const COLORS: readonly (readonly [RegExp, string])[] = [
  [/^\$/, "#7ee787"],
  [/^\[(stdout|stderr)\]/, "#8b949e"],
  [/^\[progress\]/, "#d2a8ff"],
  [/^\[(event|OK)/, "#79c0ff"],
  [/^[{}]|^ +"/, "#ffa657"],
];

/** The animation: every line appears at its time, and it restarts a few seconds after the last one. */
export function drawn(lines: readonly Line[]): string {
  const totalMs = Math.round(lines.at(-1)?.atMs ?? 0) + 6000;
  const height = TOP + lines.length * LINE_HEIGHT + 12;
  const texts = lines.map(({ text, atMs, typed }, index) => {
    const [, color = "#e6edf3"] = COLORS.find(([start]) => start.test(text)) ?? [];
    const share = (100 * atMs / totalMs).toFixed(2);
    const style = `fill:${color};animation:l${index} ${totalMs}ms infinite step-end${
      typed ? ";font-weight:600" : ""
    }`;
    return `<style>@keyframes l${index}{0%{opacity:0}${share}%{opacity:1}}</style>` +
      `<text x="${LEFT}" y="${TOP + index * LINE_HEIGHT}" style="${style}" xml:space="preserve">${
        escaped(text)
      }</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="A first session with letts">
<style>text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}@media(prefers-reduced-motion:reduce){text{animation:none!important}}</style>
<rect width="${WIDTH}" height="${height}" rx="10" fill="#0d1117"/>
<circle cx="22" cy="20" r="6" fill="#ff5f57"/><circle cx="42" cy="20" r="6" fill="#febc2e"/><circle cx="62" cy="20" r="6" fill="#28c840"/>
${texts.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Records a session with a new letts in an empty folder. */
export async function session(): Promise<readonly Line[]> {
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const lines: Line[] = [];
  let clockMs = 0;
  const type = (text: string): void => {
    clockMs += READ_MS;
    lines.push({ text: `$ ${text}`, atMs: clockMs, typed: true });
    clockMs += 300;
  };
  const run = async (cwd: string, ...args: string[]): Promise<void> => {
    const startedMs = performance.now();
    const child = letts(cwd, args, "piped");
    const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> => {
      let rest = "";
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        const parts = (rest + text).split("\n");
        rest = parts.pop() ?? "";
        const atMs = clockMs + performance.now() - startedMs;
        for (const part of parts) {
          lines.push({ text: part.replaceAll(folder, "~").replace(/pid=\d+/, "pid=4242"), atMs });
        }
      }
    };
    await Promise.all([read(child.stdout), read(child.stderr), child.status]);
    clockMs += performance.now() - startedMs;
  };
  try {
    type("letts init proj && cd proj");
    await letts(folder, ["init", "--port", String(port), "proj"], "null").status;
    type("letts dugdale 2>dugdale.log &");
    const daemon = letts(`${folder}/proj`, ["dugdale"], "null");
    try {
      await listening(port);
      type("letts apply -q -f letts.yaml");
      await run(`${folder}/proj`, "apply", "-q", "-f", "letts.yaml");
      type("letts run --route default --mission hello.sh");
      await run(`${folder}/proj`, "run", "--route", "default", "--mission", "hello.sh");
    } finally {
      daemon.kill("SIGTERM");
      await daemon.status;
    }
    return lines;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function letts(cwd: string, args: readonly string[], output: "piped" | "null"): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-no-legacy-abort", MAIN, ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdout: output,
    stderr: output,
  }).spawn();
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

async function listening(port: number): Promise<void> {
  for (;;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

if (import.meta.main) {
  const lines = await session();
  await Deno.writeTextFile(PICTURE, drawn(lines));
  console.log(`${PICTURE}: ${lines.length} lines`);
}
