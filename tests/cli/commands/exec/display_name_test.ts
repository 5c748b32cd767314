import { assertEquals } from "@std/assert";
import { displayName } from "../../../../cli/commands/exec/display_name.ts";

const LONG = "x".repeat(70);

for (
  const [argv, script, hosts, name] of [
    [["ls", "-l", "a b", "it's", ""], undefined, 1, `ls -l 'a b' 'it'\\''s' ''`],
    [["sh", "script/script"], "./dir/fix.sh", 1, "sh script/script (script=fix.sh)"],
    [[], "dir/fix.sh", 1, "fix.sh"],
    [[], undefined, 1, "exec"],
    [["df"], undefined, 3, "df [+2 hosts]"],
    [["echo", "a\nb\x07"], undefined, 1, "echo 'a b '"],
    [[LONG], undefined, 1, `${"x".repeat(59)}…`],
  ] as const
) {
  Deno.test(`displayName() of ${JSON.stringify(argv)} and ${script} is ${name}`, () => {
    assertEquals(displayName({ argv, script, hosts }), name);
  });
}
