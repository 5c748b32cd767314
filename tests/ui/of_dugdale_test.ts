import { assertEquals, assertMatch } from "@std/assert";
import { dugdaleConfig } from "../../config/dugdale/read.ts";
import { checkDugdaleConfig } from "../../config/dugdale/rules.ts";
import { openDugdale } from "../../dugdale/mod.ts";
import { silentLog } from "../../dugdale/host/log.ts";
import { openUiOfDugdale } from "../../ui/of_dugdale.ts";
import { Visitor } from "./fixture.ts";

Deno.test("a dugdale serves the UI for itself: with its tokens, without a link", async () => {
  const dataDir = await Deno.makeTempDir({ prefix: "letts-ui-test-" });
  try {
    const config = dugdaleConfig({
      listen: "127.0.0.1:0",
      dataDir,
      admin: { tokens: ["admin-secret"] },
      ui: { enabled: true, listen: "127.0.0.1:0" },
    });
    await using dugdale = await openDugdale({ config });
    const told: unknown[] = [];
    const log = {
      ...silentLog,
      info: (message: string, fields?: object) => void told.push({ message, ...fields }),
    };
    await using _ui = await openUiOfDugdale(config, dugdale, log);
    const [{ message, url }] = told as [{ message: string; url: string }];
    assertEquals(message, "ui started");
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const visitor = new Visitor(url);
    assertEquals(await visitor.signIn({ key: "undefined" }), 401);
    assertEquals(await visitor.signIn({ token: "wrong" }), 401);
    assertEquals(await visitor.signIn({ token: "admin-secret" }), 200);
    const { hosts } = JSON.parse((await visitor.request("GET", "/api/dashboard")).text);
    assertEquals(hosts.map(({ online }: { online: boolean }) => online), [true]);
    assertEquals(JSON.stringify(told).includes("admin-secret"), false);
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

Deno.test("ui.listen must be loopback unless plain HTTP is allowed", () => {
  const settings = { listen: "127.0.0.1:0", dataDir: "/tmp/letts", ui: { enabled: true, listen: ":7190" } };
  let problem = "";
  try {
    checkDugdaleConfig(dugdaleConfig(settings));
  } catch (error) {
    problem = String(error);
  }
  assertMatch(problem, /ui\.listen: ":7190" is not loopback/);
  checkDugdaleConfig(dugdaleConfig({ ...settings, network: { behindTlsProxy: true } }));
});

Deno.test("letts dugdale serves it where dugdale.yaml wants it, and ends cleanly with it", async () => {
  const folder = await Deno.makeTempDir({ prefix: "letts-ui-test-" });
  try {
    await Deno.writeTextFile(
      `${folder}/dugdale.yaml`,
      `listen: 127.0.0.1:0\ndata_dir: ${folder}/data\nlog: { output: stdout }\n` +
        "ui: { enabled: true, listen: 127.0.0.1:0 }\n",
    );
    const main = new URL("../../cli/main.ts", import.meta.url).pathname;
    await using program = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", main, "dugdale", "--config", `${folder}/dugdale.yaml`],
      stdout: "piped",
    }).spawn();
    const reader = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "", url: string | undefined;
    while (url === undefined) {
      const { value, done } = await reader.read();
      if (done) throw new Error(`the dugdale has ended: ${text}`);
      text += value;
      url = /"ui started","url":"([^"]+)"/.exec(text)?.[1];
    }
    const health = await fetch(`${url}/healthz`);
    await health.body?.cancel();
    assertEquals(health.status, 200);
    program.kill("SIGTERM");
    for (let next; !(next = await reader.read()).done;) text += next.value;
    assertEquals((await program.status).code, 0);
    assertMatch(text, /"msg":"dugdale stopped cleanly"/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
