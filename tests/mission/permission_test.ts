import { assertEquals, assertStringIncludes } from "@std/assert";
import { messageOf, missingFlag } from "../../mission/permission.ts";

const denied = (message: string) => new Deno.errors.NotCapable(message);

Deno.test("missingFlag() names the narrowest flag that would do", () => {
  for (
    const [message, flag] of [
      [`Requires read access to "/etc/a b", run again with the --allow-read flag`, "--allow-read=/etc/a b"],
      [
        `Requires net access to "example.com:80", run again with the --allow-net flag`,
        "--allow-net=example.com:80",
      ],
      [`Requires env access to "LETTS_LANE", run again with the --allow-env flag`, "--allow-env=LETTS_*"],
      [`Requires env access, run again with the --allow-env flag`, "--allow-env"],
      [`Requires all access to "/dev/fd/3", run again with the --allow-all flag`, "--allow-all"],
    ] as const
  ) assertEquals(missingFlag(denied(message)), flag);
});

Deno.test("missingFlag() knows nothing of other errors and of other words", () => {
  assertEquals(missingFlag(new Error(`Requires env access, run again with the --allow-env flag`)), undefined);
  assertEquals(missingFlag(denied("no")), undefined);
  assertEquals(missingFlag("Requires env access"), undefined);
});

Deno.test("messageOf() reads the denial of this very engine", async () => {
  const script = `import { messageOf } from "${new URL("../../mission/permission.ts", import.meta.url)}";
    try { Deno.readTextFileSync("/etc/hosts"); } catch (error) { console.log(messageOf(error)); }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `data:application/typescript,${encodeURIComponent(script)}`],
  }).output();
  assertStringIncludes(new TextDecoder().decode(stdout), "missing permission --allow-read=/etc/hosts: ");
});

Deno.test("messageOf() gives some text for anything thrown", () => {
  assertEquals([messageOf("x"), messageOf(undefined), messageOf(new TypeError())], [
    "x",
    "undefined",
    "TypeError",
  ]);
});
