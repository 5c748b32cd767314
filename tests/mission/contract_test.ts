/** What the runtime promises about input, files, lines, outputs and endings, told by the record of a real dugdale. */
import { assertEquals } from "@std/assert";
import type { Fields } from "../contract/dugdale.ts";
import { openUnderDugdale, type UnderDugdale } from "./under_dugdale.ts";

/** A mission's body, what it is given, and what of its record is expected. */
interface Case {
  readonly promise: string;
  readonly body: string;
  readonly input?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly expected: Fields;
}

const failed = (reason: string, message: string, code = 1): Fields => ({
  outcome: "failed",
  fail_reason: reason,
  fail_message: message,
  exit_code: code,
});
const returned = (value: Fields): Fields => ({ outcome: "success", return: value, exit_code: 0 });

const CASES: readonly Case[] = [
  {
    promise: "no input is null to look at and empty to ask",
    body: "return { raw: m.rawInput, has: m.has('a'), or: m.get('a', 7) };",
    input: null,
    expected: returned({ raw: null, has: false, or: 7 }),
  },
  {
    promise: "a list is addressed by index",
    body: "return { first: m.get('0'), second: m.get('1.x') };",
    input: ["a", { x: 2 }],
    expected: returned({ first: "a", second: 2 }),
  },
  {
    promise: "a present null is not replaced, a path through null is absent",
    body: "return { there: m.get('a', 1), through: m.get('a.b', 2) };",
    input: { a: null },
    expected: returned({ there: null, through: 2 }),
  },
  {
    promise: "files come by role with size and digest, also one that ends like a fact",
    body:
      "const f = m.file('note__SIZE'); return { size: f.size, sha: f.sha256.length, roles: [...m.files.keys()].sort() };",
    files: { log: "abc", note__SIZE: "hello" },
    expected: returned({ size: 5, sha: 64, roles: ["log", "note__SIZE"] }),
  },
  {
    promise: "a line longer than a pipe holds arrives whole, with its letters",
    body: "return { text: '/ä€😀'.repeat(20_000).length, tail: 'ü/' + 'x'.repeat(200_000) };",
    expected: returned({ text: 100_000, tail: "ü/" + "x".repeat(200_000) }),
  },
  {
    promise: "a failure has its reason, its details and its code",
    body:
      "throw new letts.MissionFailure('no such video', { reason: 'gone', details: { id: 7 }, exitCode: 3 });",
    expected: { ...failed("gone", "no such video", 3), fail_details: { id: 7 } },
  },
  {
    promise: "nothing returned is a success without a result",
    body: "",
    expected: { outcome: "success", exit_code: 0 },
  },
];

/** Puts a mission of that body into the folder. */
function write(dugdale: UnderDugdale, name: string, body: string): Promise<void> {
  return dugdale.write(name, `await letts.mission(async (m) => { ${body} });`);
}

for (const { promise, body, input, files, expected } of CASES) {
  Deno.test(`under a dugdale: ${promise}`, async () => {
    await using dugdale = await openUnderDugdale();
    await write(dugdale, "m.ts", body);
    const { record } = await dugdale.run("m.ts", input, files);
    const seen = Object.fromEntries(Object.keys(expected).map((name) => [name, record[name]]));
    assertEquals(seen, expected);
    assertEquals("return" in record, "return" in expected);
  });
}

Deno.test("under a dugdale: invalid roles, keys and codes are refused by the call that has them", async () => {
  await using dugdale = await openUnderDugdale();
  const bodies = {
    role: "m.file('none');",
    key: "m.output('../x');",
    underscores: "m.output('__x');",
    code: "throw new letts.MissionFailure('x', { exitCode: 256 });",
    nothing: "m.progress();",
  };
  for (const [name, body] of Object.entries(bodies)) {
    await write(dugdale, `${name}.ts`, body);
    const { record } = await dugdale.run(`${name}.ts`);
    assertEquals([name, record.outcome, record.exit_code], [name, "failed", 1]);
  }
});

Deno.test("under a dugdale: an output that is missing, a link or a folder is no output", async () => {
  await using dugdale = await openUnderDugdale();
  const bodies = {
    missing: "m.output('r');",
    link: "await Deno.writeTextFile('x', ''); Deno.symlinkSync('x', m.output('r'));",
    folder: "await Deno.mkdir(m.output('r'));",
    good: "await Deno.writeTextFile(m.output('r'), 'fine'); m.declareOutput('r');",
  };
  for (const [name, body] of Object.entries(bodies)) {
    await write(dugdale, `${name}.ts`, body);
    const { record } = await dugdale.run(`${name}.ts`);
    assertEquals([name, record.outcome], [name, name === "good" ? "success" : "failed"]);
    if (name === "good") assertEquals(await dugdale.output(record, "r"), "fine");
  }
});

Deno.test("under a dugdale: a second ending is refused and the first one counts", async () => {
  await using dugdale = await openUnderDugdale();
  await dugdale.write(
    "m.ts",
    `const m = letts.Mission.start();
     globalThis.addEventListener("unload", () => { try { m.fail("late"); } catch {} });
     m.success({ first: true });`,
  );
  const { record } = await dugdale.run("m.ts");
  assertEquals([record.outcome, record.return], ["success", { first: true }]);
});
