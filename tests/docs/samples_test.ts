/** Configurations that the documentation shows can be used as they stand. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseDugdaleConfig } from "../../config/dugdale/read.ts";
import { tokenWarnings, withTokens } from "../../config/dugdale/tokens.ts";
import { checkedConfig } from "../../config/letts/config.ts";
import { parseLettsFile } from "../../config/letts/file.ts";

const ROOT = new URL("../../", import.meta.url);
const PAGES = ["README.md", "docs/operating.md", "docs/tutorial.md", "docs/concepts.md"];
const TOKEN = "0123456789abcdef0123456789abcdef";

function* blocks(language: string): Generator<readonly [page: string, text: string]> {
  for (const page of PAGES) {
    const text = Deno.readTextFileSync(new URL(page, ROOT));
    for (const [, block = ""] of text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))) {
      yield [page, block];
    }
  }
}

function assertUsable(page: string, text: string): void {
  const env = (name: string) => `${name}-${TOKEN}`;
  const config = withTokens(parseDugdaleConfig({ file: page, text }), { file: page, env });
  for (const token of [...config.auth.tokens, ...config.admin.tokens]) assertMatch(token, /^[!-~]{32,}$/);
  assertEquals(tokenWarnings(config, 0), []);
}

Deno.test("each dugdale.yaml of the documentation has tokens that a dugdale and a client accept", () => {
  const found = [...blocks("yaml")].filter(([, text]) => /^listen:.*^data_dir:/ms.test(text));
  assert(found.length > 0);
  for (const [page, text] of found) assertUsable(page, text);
});

Deno.test("each letts.yaml of the documentation loads, and its tokens can be filled in", () => {
  const found = [...blocks("yaml")].filter(([, text]) => /^dugdales:/m.test(text));
  assert(found.length > 0);
  for (const [page, text] of found) {
    const config = checkedConfig(parseLettsFile({ file: page, text }), () => TOKEN);
    for (const dugdale of config.dugdales) assertEquals(config.token(dugdale, "admin"), TOKEN);
  }
});

Deno.test("the commands of docs/operating.md make a dugdale.yaml that a dugdale accepts", async () => {
  const [[page, script] = ["", ""]] = [...blocks("sh")].filter(([, text]) =>
    text.includes("cat > dugdale.yaml")
  );
  const folder = await Deno.makeTempDir({ prefix: "letts-sample-" });
  try {
    assertEquals((await new Deno.Command("sh", { args: ["-c", script], cwd: folder }).output()).code, 0);
    assertEquals((Deno.statSync(`${folder}/dugdale.yaml`).mode ?? 0) & 0o777, 0o600);
    assertUsable(page, await Deno.readTextFile(`${folder}/dugdale.yaml`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
