import { assertEquals } from "@std/assert";
import { dirname, join, normalize, relative } from "@std/path";

const ROOT = new URL("..", import.meta.url).pathname;

/** What the files of a folder may import, besides their own folder and libraries. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  config: ["protocol"],
  client: ["protocol", "config"],
  mission: ["protocol"],
  dugdale: ["protocol", "config"],
  testing: ["protocol", "config", "client", "dugdale"],
  cli: ["protocol", "config", "client", "dugdale", "mission"],
};

/** Loaded only when it is asked for: an application that never embeds a dugdale never gets one. */
const AT_RUN_TIME = ["client/embedded.ts imports dugdale/embedded.ts"];

/** From the edge of the world inwards: each folder of the dugdale may import those before it. */
const LAYERS = ["json", "host", "store", "run", "staging", "engine", "http"];
/** Files of the dugdale that any of its folders may import. */
const SHARED = [
  "problem_error.ts",
  "exposition.ts",
  "metrics.ts",
  "version.ts",
  "database_health.ts",
  "maintenance.ts",
];

function* sources(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(join(ROOT, folder))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory) yield* sources(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

/** Scripts that a file imports by their paths, from the root; also those of types and those at run time. */
function imports(file: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, file));
  const found = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+\.ts)"/g);
  return [...found].map(([, path]) => relative(ROOT, normalize(join(ROOT, dirname(file), path ?? ""))));
}

const top = (path: string): string => path.split("/")[0] ?? "";

Deno.test("every folder imports only what it may", () => {
  const wrong: string[] = [];
  for (const [folder, allowed] of Object.entries(ARROWS)) {
    for (const file of sources(folder)) {
      for (const imported of imports(file)) {
        if (![folder, ...allowed].includes(top(imported))) wrong.push(`${file} imports ${imported}`);
      }
    }
  }
  assertEquals(wrong, AT_RUN_TIME);
});

Deno.test("inside the dugdale imports go one way", () => {
  const wrong: string[] = [];
  for (const [index, layer] of LAYERS.entries()) {
    for (const file of sources(`dugdale/${layer}`)) {
      for (const imported of imports(file).filter((path) => top(path) === "dugdale")) {
        const target = imported.split("/")[1] ?? "";
        if (!LAYERS.slice(0, index + 1).includes(target) && !SHARED.includes(target)) {
          wrong.push(`${file} imports ${imported}`);
        }
      }
    }
  }
  assertEquals(wrong, []);
});

/** Relative imports of a file that are loaded with it, so neither types nor what is asked for at run time. */
function loaded(file: string): string[] {
  const text = Deno.readTextFileSync(join(ROOT, file));
  const found = text.matchAll(/^(?:import|export)(?! type\b)[^;"()]*"([^"]+)";$/gm);
  return [...found].map(([, path = ""]) =>
    path.startsWith(".") ? relative(ROOT, normalize(join(ROOT, dirname(file), path))) : path
  );
}

Deno.test("a client whose settings are in code loads neither a YAML parser nor a dugdale", () => {
  const seen = new Set(["client/mod.ts"]);
  for (const file of seen) {
    if (file.endsWith(".ts")) { for (const path of loaded(file)) seen.add(path); }
  }
  assertEquals(seen.has("client/client.ts") && seen.has("node:crypto"), true);
  assertEquals([...seen].filter((path) => path === "yaml" || top(path) === "dugdale"), []);
});

Deno.test("every wait of the dugdale goes through its clock", () => {
  const wrong = [...sources("dugdale")].filter((file) =>
    /\bset(?:Timeout|Interval)\(|timers\/promises/.test(Deno.readTextFileSync(join(ROOT, file)))
  );
  assertEquals(wrong, ["dugdale/host/clock.ts"]);
});
