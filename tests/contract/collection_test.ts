import { assert, assertEquals, assertMatch } from "@std/assert";
import { saying, told } from "./shell_missions.ts";
import { type Fields, sha256 } from "./dugdale.ts";
import { sharedDugdale } from "./harness.ts";
import { CAPS } from "./settings.ts";

const dugdale = sharedDugdale();
const output = (key: string): Fields => ({ event: "output_file", key });

Deno.test("declared files become staging files with digest and size; undeclared ones are left alone", async () => {
  const record = await dugdale.run("writes_outputs.sh");
  assertEquals([record.outcome, record.return], ["success", { files: 2 }]);
  const outputs = record.outputs as Readonly<Record<string, Fields>>;
  assertEquals(Object.keys(outputs).sort(), ["empty", "first"]);
  for (const [key, content] of [["first", "one"], ["empty", ""]] as const) {
    const { staging_id, ...rest } = outputs[key] ?? {};
    assertMatch(String(staging_id), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assertEquals(rest, { sha256: await sha256(content), size: content.length });
    const file = await dugdale.get(`/v1/staging/${staging_id}`, { as: "dispatch" });
    assertEquals([file.status, file.text, file.headers.get("x-letts-sha256")], [200, content, rest.sha256]);
  }
  const done = (await dugdale.events(String(record.mission_id))).at(-1);
  assertEquals(done?.outputs, outputs);
});

Deno.test("an output of one mission is the input of the next", async () => {
  const first = await dugdale.run("writes_outputs.sh");
  const { staging_id } = Object(first.outputs).first;
  const id = await dugdale.queue("obeys.sh", {
    files: [{ role: "data", staging_id }],
    input: told('cat "$LETTS_IN_data"; echo; echo "$LETTS_IN_data__SHA256 $LETTS_IN_data__SIZE"'),
  });
  await dugdale.done(id);
  assertEquals(await dugdale.output(id, "stdout"), `one\n${await sha256("one")} 3\n`);
});

Deno.test("a file may be declared after the final event, before it exists", async () => {
  const commands = `${saying({ event: "success" }, output("late"))} sleep 0.05; echo late > out/late`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  assertEquals([record.outcome, Object.keys(Object(record.outputs))], ["success", ["late"]]);
});

Deno.test("files of a mission that failed are not collected", async () => {
  const record = await dugdale.run("obeys.sh", {
    input: told(`echo x > out/a; ${saying(output("a"))} exit 1`),
  });
  assertEquals([record.fail_reason, record.outputs], ["no_event_nonzero_exit", {}]);
});

Deno.test("a large file is collected whole, a sparse one too", async () => {
  const bytes = CAPS.outputFileBytes;
  const commands = `head -c ${bytes} /dev/urandom > out/a; truncate -s ${bytes} out/b; sha256sum < out/a;
    ${saying(output("a"), output("b"))}`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  const { a, b } = Object(record.outputs);
  assertEquals([a.size, b.size, b.sha256], [bytes, bytes, await sha256(new Uint8Array(bytes))]);
  assertEquals((await dugdale.output(String(record.mission_id), "stdout")).slice(0, 64), a.sha256);
});

Deno.test("a file that the mission goes on writing to is collected as it was", async () => {
  const commands = `(sleep 0.3; echo changed > out/a) >/dev/null 2>&1 3>&- & echo kept > out/a; ${
    saying(output("a"))
  }`;
  const record = await dugdale.run("obeys.sh", { input: told(commands) });
  const { staging_id, sha256: digest } = Object(record.outputs).a;
  await new Promise((resolve) => setTimeout(resolve, 350));
  assertEquals((await dugdale.get(`/v1/staging/${staging_id}`)).text, "kept\n");
  assertEquals(digest, await sha256("kept\n"));
});

const FAILURES: readonly (readonly [what: string, commands: string, reason: string])[] = [
  ["a file that is not there", "", "missing_output"],
  ["a symbolic link to a file", "echo x > tmp/x; ln -s ../tmp/x out/bad", "output_path_escape"],
  ["a symbolic link that leads nowhere", "ln -s nowhere out/bad", "output_path_escape"],
  ["a folder", "mkdir out/bad", "output_not_regular_file"],
  ["a named pipe", "mkfifo out/bad", "output_not_regular_file"],
  ["a file beyond the limit", `head -c ${CAPS.outputFileBytes + 1} /dev/zero > out/bad`, "output_too_large"],
  ["a sparse file beyond the limit", "truncate -s 1T out/bad", "output_too_large"],
  [
    "a file in an out/ that is a link",
    "mkdir tmp/o; echo x > tmp/o/bad; rm -rf out; ln -s tmp/o out",
    "output_path_escape",
  ],
  ["a file in an out/ that is gone", "rm -rf out", "output_path_escape"],
  ["a file in an out/ that is a file", "rm -rf out; echo x > out", "output_path_escape"],
];
for (const [what, commands, reason] of FAILURES) {
  Deno.test(`${what} is ${reason}, and nothing is kept`, async () => {
    // The good file comes first in order: all or none.
    const deed = `echo good > out/a 2>/dev/null; ${commands}\n
      [ -e out/a ] || echo good > out/a 2>/dev/null\n${
      saying(output("a"), output("bad"), { event: "success", return: { x: 1 } })
    }`;
    const gone = commands.startsWith("rm -rf out");
    const deedWhenGone = `${commands}\n${saying(output("bad"), { event: "success", return: { x: 1 } })}`;
    const record = await dugdale.run("obeys.sh", { input: told(gone ? deedWhenGone : deed) });
    assertEquals(
      [record.outcome, record.exit_code, record.fail_reason, record.outputs],
      ["failed", 0, reason, {}],
      JSON.stringify(record),
    );
    assert(!("return" in record));
    const message = String(record.fail_message);
    assert(message.includes(reason), message);
    const done = (await dugdale.events(String(record.mission_id))).at(-1) ?? {};
    assert(!("outputs" in done) && !("return" in done));
  });
}

Deno.test("a message of a failed collection names the key", async () => {
  const record = await dugdale.run("obeys.sh", { input: told(saying(output("wanted"))) });
  assert(String(record.fail_message).includes("wanted"));
});
