/** The suite asks a dugdale that is running already, as CONTRIBUTING.md describes. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { parseDugdaleConfig } from "../../config/dugdale/read.ts";
import { Place } from "./daemon.ts";
import { ownTest } from "./harness.ts";
import { BASE, merged } from "./settings.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

ownTest("dugdale.yaml has the settings of settings.ts", async () => {
  const where = { listen: "127.0.0.1:7180", data_dir: "/tmp/letts-contract" };
  assertEquals(
    parseDugdaleConfig({ file: "dugdale.yaml", text: await Deno.readTextFile(`${HERE}dugdale.yaml`) }),
    parseDugdaleConfig({ file: "settings.ts", text: JSON.stringify(merged(BASE, where)) }),
  );
});

ownTest("with URL and tokens the suite asks that dugdale and starts none", async () => {
  await using place = await Place.make({
    auth: { tokens: ["other-dispatch"] },
    exec: { tokens: ["other-exec"] },
    admin: { tokens: ["other-admin"] },
  });
  await using daemon = await place.start();
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", `${HERE}record_test.ts`, `${HERE}exec_test.ts`],
    env: {
      NO_COLOR: "1",
      LETTS_CONTRACT_URL: `${daemon.url}/`,
      LETTS_CONTRACT_DISPATCH_TOKEN: "other-dispatch",
      LETTS_CONTRACT_EXEC_TOKEN: "other-exec",
      LETTS_CONTRACT_ADMIN_TOKEN: "other-admin",
      LETTS_CONTRACT_COMMAND: '["/bin/false"]',
    },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  assert(/ok \| \d+ passed \| 0 failed \| \d+ ignored/.test(text), text);
});
