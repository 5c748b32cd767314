import { assertEquals } from "@std/assert";
import { denoChecks } from "../../../../cli/commands/doctor/deno_check.ts";
import { cli } from "../../cli_process.ts";

const found = (deno: string | undefined, isChosen: boolean) =>
  denoChecks(deno, isChosen).map(({ verdict, message }) => `${verdict} ${message}`);

Deno.test("denoChecks() looks at the Deno of missions where it is not letts' own", () => {
  const deno = Deno.execPath();
  assertEquals(found(deno, false), []);
  assertEquals(found(deno, true), [`ok missions in TypeScript run with ${deno}`]);
  assertEquals(found(undefined, true), ["warn no Deno for missions in TypeScript"]);
  assertEquals(found("/nonexistent/deno", true), [
    "fail LETTS_DENO names /nonexistent/deno, which cannot be run",
  ]);
});

Deno.test("letts runs missions in TypeScript with the Deno that LETTS_DENO names", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const deno = `${folder}/another deno`;
    const says = `#!/bin/sh\necho '{"event":"success","return":{"another":true}}' >&3\n`;
    await Deno.writeTextFile(deno, says, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/m.ts`, "");
    const args = ["run", "--embedded", "--mission", `${folder}/m.ts`];
    const { stdout, stderr } = await cli(args, { env: { LETTS_DENO: deno } });
    assertEquals(JSON.parse(stdout || "null"), { another: true }, stderr);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
