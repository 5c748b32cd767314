/** The first session of the README is what the tool prints. */
import { assertEquals } from "@std/assert";
import { readDugdaleConfig } from "../../config/dugdale/read.ts";
import { openDugdale } from "../../dugdale/mod.ts";
import { cli } from "./cli_process.ts";

/** What differs from one session to the next becomes a zero; lines of two streams may change places. */
function comparable(text: string, folder: string): readonly string[] {
  return text.replaceAll(folder, "~")
    .replace(/pid=\d+/, "pid=0")
    .replace(/answers in \S+ version \S+ up \S+/, "answers in 0")
    .replace(/[\d.]+ .iB of [\d.]+ .iB/, "0 of 0")
    .replace(/applied (just now|\S+ ago)/, "applied 0")
    .trimEnd().split("\n").sort();
}

Deno.test("the first session of the README is what letts prints", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const session = /```console\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  const proj = `${folder}/proj`;
  try {
    await using stack = new AsyncDisposableStack();
    let steps = 0;
    for (const step of session.split(/^\$ /m).slice(1)) {
      const [line = "", ...printed] = step.split("\n");
      const [program, ...words] = line.split(" ");
      if (program !== "letts") continue; // cd
      steps++;
      if (words[0] === "dugdale") {
        // Its port may be taken on this machine; everything else is as the files say.
        const config = { ...readDugdaleConfig(`${proj}/dugdale.yaml`), listen: "127.0.0.1:0" };
        const { address } = stack.use(await openDugdale({ config }));
        const yaml = await Deno.readTextFile(`${proj}/letts.yaml`);
        await Deno.writeTextFile(`${proj}/letts.yaml`, yaml.replace("port: 7180", `port: ${address.port}`));
        continue;
      }
      const ended = await cli(words, { cwd: words[0] === "init" ? folder : proj });
      assertEquals(ended.code, 0, `${line}\n${ended.stderr}`);
      assertEquals(
        comparable(ended.stderr + ended.stdout, folder),
        comparable(printed.join("\n"), folder),
        line,
      );
    }
    assertEquals(steps, 5);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
