/** The rules of docs/architecture.md that the source text shows: who imports whom, what is loaded, who waits. */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("..", import.meta.url));

const BASE = ["protocol", "config", "dugdale/host", "dugdale/json", "dugdale/problem_error.ts"];
/** What a folder or file may import beside itself. The longest name that fits counts. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "protocol": [],
  "config": ["protocol"],
  "client": ["protocol", "config"],
  // Loaded when it is asked for: an application that never embeds a dugdale never loads one.
  "client/embedded.ts": ["protocol", "config", "client", "dugdale/embedded.ts"],
  "mission": ["protocol"],
  "dugdale": ["protocol", "config"],
  "dugdale/problem_error.ts": ["protocol"],
  "dugdale/json": ["protocol", "dugdale/host"],
  "dugdale/host": ["protocol", "config"],
  "dugdale/store": BASE,
  "dugdale/staging": [...BASE, "dugdale/store"],
  "dugdale/run": [...BASE, "dugdale/store", "dugdale/staging"],
  "dugdale/engine": [...BASE, "dugdale/store", "dugdale/staging", "dugdale/run"],
  "dugdale/sinks": BASE,
  "dugdale/hooks": [
    ...BASE,
    ...["store", "run", "engine", "sinks"].map((folder) => `dugdale/${folder}`),
    "dugdale/version.ts",
  ],
  "dugdale/http": [
    ...BASE,
    ...["store", "staging", "run", "engine", "hooks"].map((folder) => `dugdale/${folder}`),
    ...["database_health", "exposition", "metrics", "version"].map((file) => `dugdale/${file}.ts`),
  ],
  "testing": ["protocol", "config", "client", "dugdale", "mission"],
  "ui": ["protocol", "config", "client", "dugdale"],
  // Types only: it runs in a browser.
  "ui/page": ["protocol"],
  "cli": ["protocol", "config", "client", "dugdale", "mission", "ui"],
};
const PARTS = Object.keys(MAY_IMPORT).filter((name) => !name.includes("/"));

/** The text of each file of the product, by its path from the root. */
const sources = new Map<string, string>();
for (const part of PARTS) readSources(part);

function readSources(folder: string): void {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, name);
    if (isDirectory) readSources(path);
    else if (/\.tsx?$/.test(name)) sources.set(path, Deno.readTextFileSync(join(ROOT, path)));
  }
}

/** What each file imports as `pattern` finds it: paths from the root, and names of libraries. */
function imports(pattern: RegExp): Map<string, readonly string[]> {
  return new Map([...sources].map(([file, text]) => [
    file,
    [...text.matchAll(pattern)].map(([, to = ""]) => to.startsWith(".") ? join(dirname(file), to) : to),
  ]));
}

/** Whatever it is imported for: to be run, for its types, or when it is asked for. */
const imported = imports(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+\.tsx?)"/g);
/** What is loaded with a file: no types, and nothing that is asked for later. */
const loaded = imports(/^(?:import|export)(?! type\b)[^;"()]*"([^"]+)";$/gm);

const under = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** The groups of files of which each imports, in some steps, each other (Tarjan). */
function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [], result: string[][] = [];
  function visit(file: string): number {
    let low = order.size;
    order.set(file, low);
    open.push(file);
    for (const next of graph.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === order.get(file)) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || (graph.get(file) ?? []).includes(file)) result.push(group.sort());
    }
    return low;
  }
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return result;
}

Deno.test("no file imports itself through others", () => {
  assertEquals(circles(imported), []);
});

Deno.test("circles() finds the files of a circle and no others", () => {
  const sample = { a: ["b"], b: ["c", "d"], c: ["a"], d: ["d"], e: ["a"] };
  assertEquals(circles(new Map(Object.entries(sample))).map((group) => group.join("")), ["d", "abc"]);
});

Deno.test("each folder imports only what its arrow allows", () => {
  const names = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
  const wrong: string[] = [];
  for (const [file, targets] of imported) {
    const own = names.find((name) => under(file, name)) ?? "";
    const allowed = [own, ...MAY_IMPORT[own] ?? []];
    for (const to of targets) {
      if (!allowed.some((name) => under(to, name))) wrong.push(`${file} → ${to}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("a client whose settings are in code loads neither a YAML parser nor a dugdale", () => {
  const seen = new Set(["client/mod.ts"]);
  for (const file of seen) for (const path of loaded.get(file) ?? []) seen.add(path);
  assertEquals(seen.has("client/client.ts") && seen.has("node:crypto"), true);
  assertEquals([...seen].filter((path) => path === "yaml" || under(path, "dugdale")), []);
});

Deno.test("a dugdale without hooks and sinks loads nothing that delivers, and no client of a database", () => {
  const seen = new Set(["dugdale/daemon.ts"]);
  for (const file of seen) for (const path of loaded.get(file) ?? []) seen.add(path);
  assertEquals(seen.has("dugdale/hooks/hooks.ts"), true);
  const delivers = /^dugdale\/sinks\/|^dugdale\/hooks\/(?:webhook|command|addresses|sink_delivery)/;
  assertEquals([...seen].filter((path) => delivers.test(path)), []);
  // They are loaded by a name that no bundler sees.
  const named = [...sources].filter(([, text]) =>
    /(?:from|import\()\s*"(?:redis|mongodb|postgres)"/.test(text)
  );
  assertEquals(named.map(([file]) => file), []);
});

Deno.test("every wait of the dugdale goes through its clock", () => {
  const waits = [...sources].filter(([file, text]) =>
    under(file, "dugdale") && /\bset(?:Timeout|Interval)\(|timers\/promises/.test(text)
  );
  assertEquals(waits.map(([file]) => file), ["dugdale/host/clock.ts"]);
});
