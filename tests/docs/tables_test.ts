/** The tables of the documentation name every route, error code, fail reason and metric, as the code has them. */
import { assertEquals } from "@std/assert";
import { PROBLEMS } from "../../protocol/problem.ts";
import { type Route, ROUTES } from "../../protocol/routes.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => Deno.readTextFile(new URL(path, ROOT));

/** The cells of all rows of a page's tables that begin with a word in code marks that fits. */
async function rows(path: string, first: RegExp): Promise<string[][]> {
  const lines = (await read(path)).split("\n").filter((line) => line.startsWith("| `"));
  const cells = lines.map((line) =>
    line.slice(1, -1).split("|").map((cell) => cell.trim().replaceAll("`", ""))
  );
  return cells.filter(([name = ""]) => first.test(name));
}

/** What the pattern finds in the source files of these folders. */
async function found(folders: readonly string[], pattern: RegExp): Promise<string[]> {
  const words = new Set<string>();
  for (const folder of folders) {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, ROOT))) {
      if (!isFile || !name.endsWith(".ts")) continue;
      for (const match of (await read(folder + name)).matchAll(pattern)) words.add(match[1] ?? "");
    }
  }
  return [...words];
}

Deno.test("docs/wire.md has a line for each route with its scopes, query and resend rule", async () => {
  const expected = Object.values<Route>(ROUTES).map(({ method, path, scope, query, resend }) => [
    `${method} ${path.replace(/:(\w+)/g, "{$1}")}`,
    scope === "none" ? "none" : [...scope, "admin"].join(", "),
    Object.keys(query?.entries ?? {}).join(", "),
    resend,
  ]);
  const routes = (await rows("docs/wire.md", /^[A-Z]+ \/v1\//)).filter((cells) => cells.length === 5);
  assertEquals(routes.map((cells) => cells.slice(0, 4)), expected);
  assertEquals(routes.filter((cells) => cells.at(-1) === ""), []);
});

Deno.test("docs/wire.md has a line for each error code with its status, retry advice, meaning and advice", async () => {
  const lines = await rows("docs/wire.md", /^[a-z_]+$/);
  const codes = lines.filter((cells) => cells.length === 5);
  assertEquals(
    codes.map(([code, status, retry]) => [code, status, retry]),
    Object.entries(PROBLEMS).map(([code, { status, retry }]) => [code, String(status), retry]),
  );
  assertEquals(codes.filter((cells) => cells.some((cell) => cell.trim() === "")), []);
});

Deno.test("docs/outcomes.md has a line for each fail reason that the code can give", async () => {
  const folders = ["dugdale/run/", "dugdale/engine/"];
  const reasons = new Set([
    ...await found(folders, /failReason: "(\w+)"/g),
    ...await found(["dugdale/run/"], /^ {2,4}\| "([a-z_]+)"/gm), // unions of reasons, one a line
    ...await found(["dugdale/run/"], /(?<=(?:KillReason =|readonly reason:) (?:"\w+" \| )*)"(\w+)"/g),
    ...await found(["dugdale/run/"], /^ {2}[A-Z]+: "(s[a-z]+)",$/gm), // signals
    ...await found(["dugdale/run/"], /\breason: "(\w+)"/g),
    ...await found(["dugdale/run/"], /killed\("(\w+)"/g),
  ]);
  reasons.delete("fail_details_too_large"); // stands inside fail_details
  const documented = (await rows("docs/outcomes.md", /^(?!fail_reason)[a-z0-9_]+$/)).map(([reason = ""]) =>
    reason
  );
  assertEquals([...reasons].filter((reason) => !documented.includes(reason)), []);
  assertEquals(documented.length, new Set(documented).size);
  const words = new Set(await found(folders, /"(\w+)"/g));
  assertEquals(documented.filter((reason) => !words.has(reason)), []);
});

Deno.test("docs/wire.md names each action that the audit records", async () => {
  const known = await found(["dugdale/http/"], /(?:action: |begin\(call, |quietly\(call, )"([a-z_.]+)"/g);
  const [line = []] = await rows("docs/wire.md", /^action$/);
  assertEquals((line[1] ?? "").split(", ").sort(), [...new Set(known)].sort());
});

Deno.test("docs/operating.md has a line for each metric with its labels", async () => {
  const source = await read("dugdale/metrics.ts");
  const named = [...source.matchAll(/"(letts_\w+)"/g)].map(([, name = ""]) => name);
  const labels = new Map(
    [...source.matchAll(/name: "(letts_\w+)",\s*help: "[^"]*",\s*(?:labels: \[([^\]]*)\])?/g)]
      .map(([, name = "", list = ""]) => [name, list.replaceAll('"', "")]),
  );
  const documented = new Map(
    (await rows("docs/operating.md", /^letts_\w+$/)).map(([name = "", , list = ""]) => [
      name,
      list,
    ]),
  );
  assertEquals([...documented.keys()].sort(), named.sort());
  for (const [name, list] of documented) {
    assertEquals(list, labels.get(name) ?? (name.startsWith("letts_lane_") ? "lane" : undefined), name);
  }
});
