/** Links between the pages lead somewhere; the site is built of the same files. */
import { assertEquals } from "@std/assert";
import { dirname, join } from "@std/path";

const ROOT = new URL("../../", import.meta.url).pathname;

function pagesBelow(folder: string): readonly string[] {
  return [...Deno.readDirSync(join(ROOT, folder))].flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    return isDirectory ? pagesBelow(path) : name.endsWith(".md") ? [path] : [];
  });
}

const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "examples/README.md",
  "bench/README.md",
  ...pagesBelow("docs"),
];

/** As GitHub and the site make them of headings. */
function anchors(page: string): ReadonlySet<string> {
  const headings = page.replace(/^```.*?^```$/gms, "").matchAll(/^#+ (.*)$/gm);
  return new Set(
    [...headings].map(([, text = ""]) =>
      text.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(
        " ",
        "-",
      )
    ),
  );
}

function broken(path: string): readonly string[] {
  const page = Deno.readTextFileSync(join(ROOT, path));
  const links = page.replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "").matchAll(/\]\(([^)\s]+)\)/g);
  return [...links].map(([, link = ""]) => link).filter((link) => !/^[a-z]+:/.test(link)).flatMap((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), file);
    try {
      if (anchor === undefined) Deno.statSync(join(ROOT, target));
      else if (!anchors(Deno.readTextFileSync(join(ROOT, target))).has(anchor)) {
        throw new Deno.errors.NotFound();
      }
      return [];
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return [`${path}: ${link}`];
    }
  });
}

Deno.test("every link of the pages leads to a file, and to a heading that is in it", () => {
  assertEquals(PAGES.flatMap(broken), []);
});

Deno.test("every page of docs/ can be reached from its first one", () => {
  const seen = new Set<string>();
  const walk = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (
      const [, link = ""] of Deno.readTextFileSync(join(ROOT, path)).matchAll(/\]\(([^)\s#]+\.md)[^)]*\)/g)
    ) {
      const target = join(dirname(path), link);
      if (target.startsWith("docs/")) walk(target);
    }
  };
  walk("docs/README.md");
  assertEquals(pagesBelow("docs").filter((path) => !seen.has(path)), []);
});
