/** Which file imports which: no circle, and the arrows of docs/architecture.md. */
import { assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join } from "@std/path";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const PARTS = ["protocol", "config", "client", "mission", "dugdale", "cli", "testing"];

const BASE = ["protocol", "config", "dugdale/host", "dugdale/json", "dugdale/problem_error.ts"];
/** Which folders a folder may import beside itself. A longer name wins. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "protocol": [],
  "config": ["protocol"],
  "client": ["protocol", "config"],
  "mission": ["protocol"],
  "dugdale": ["protocol", "config", "dugdale"],
  "dugdale/problem_error.ts": ["protocol"],
  "dugdale/host": ["protocol", "config"],
  "dugdale/json": ["protocol"],
  "dugdale/store": [...BASE],
  "dugdale/staging": [...BASE, "dugdale/store"],
  "dugdale/run": [...BASE, "dugdale/store", "dugdale/staging"],
  "dugdale/engine": [...BASE, "dugdale/store", "dugdale/staging", "dugdale/run"],
};

/** The files of the product with the files that each imports, relative to the root. */
async function graph(): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  async function walk(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(join(ROOT, folder))) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else if (name.endsWith(".ts")) {
        const text = await Deno.readTextFile(join(ROOT, path));
        const specifiers = [...text.matchAll(/^(?:import|export|\}) ?(?:.*from )?"(\.[^"]+)";$/gm)];
        found.set(path, specifiers.map(([, specifier = ""]) => join(dirname(path), specifier)));
      }
    }
  }
  for (const part of PARTS) await walk(part);
  return found;
}

/** The groups of files of which each imports, in some steps, each other (Tarjan). */
function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [], result: string[][] = [];
  function visit(file: string): number {
    let low = order.size;
    order.set(file, low);
    open.push(file);
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next));
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low);
    }
    if (low === order.get(file)) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || (imports.get(file) ?? []).includes(file)) result.push(group.sort());
    }
    return low;
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file);
  return result;
}

const under = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

const imports = await graph();

Deno.test("no file imports itself through others", () => {
  assertEquals(circles(imports), []);
});

Deno.test("circles() finds the files of a circle and no others", () => {
  const sample = { a: ["b"], b: ["c", "d"], c: ["a"], d: ["d"], e: ["a"] };
  assertEquals(circles(new Map(Object.entries(sample))).map((group) => group.join("")), ["d", "abc"]);
});

Deno.test("each folder imports only what its arrow allows", () => {
  const folders = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
  const wrong: string[] = [];
  for (const [file, targets] of imports) {
    const own = folders.find((folder) => under(file, folder));
    if (own === undefined) continue;
    const allowed = [own, ...MAY_IMPORT[own] ?? []];
    wrong.push(
      ...targets.filter((to) => !allowed.some((folder) => under(to, folder))).map((to) => `${file} → ${to}`),
    );
  }
  assertEquals(wrong, []);
});
