import { assertEquals } from "@std/assert";
import { extname } from "@std/path";

const ROOT = new URL("../../", import.meta.url);
const FOLDERS = [
  ...[
    "client",
    "config",
    "mission",
    "cli",
    "dugdale",
    "protocol",
    "testing",
    "build",
    "bench",
    "docs",
    "examples",
    "ui",
  ],
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md", "letts.example.yaml", "dugdale.example.yaml"],
];
const ENDINGS = new Set([".ts", ".tsx", ".md", ".yaml"]);
/** Processes and bytes are not persons, and these are not how the field says it. */
const TRANSLATED =
  /\b(?:whoever|nobody|somebody)\b|\b(?:to be had|(?:goes|went|go) well|cannot be meant|must be a text|is written again)\b/i;

function* files(path: string): Generator<string> {
  const info = Deno.statSync(new URL(path, ROOT));
  if (info.isFile) {
    if (ENDINGS.has(extname(path))) yield path;
    return;
  }
  for (const { name } of Deno.readDirSync(new URL(path, ROOT))) yield* files(`${path}/${name}`);
}

Deno.test("product code and docs are free of words that read translated", () => {
  const found = FOLDERS.flatMap((folder) => [...files(folder)]).flatMap((path) =>
    Deno.readTextFileSync(new URL(path, ROOT)).split("\n").flatMap((line, index) => {
      const [word] = TRANSLATED.exec(line) ?? [];
      return word === undefined ? [] : [`${path}:${index + 1}: ${word}`];
    })
  );
  assertEquals(found, []);
});
