import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { bundle, bundleModule, withKeptUsing } from "../../build/bundle.ts";
import { stamped } from "../../build/stamp.ts";
import config from "../../deno.json" with { type: "json" };

/** Right but for the last call. */
const WRONG =
  `import { defineMission, mission, type MissionContext, MissionFailure } from "@letts/letts/mission";
export const width = (m: MissionContext): number => m.int("width", 3);
export const define: unknown = defineMission;
await mission((m) => {
  if (m.standalone) throw new MissionFailure("by hand", { reason: "by_hand" });
  return { width: m.int("width", "three") };
});
`;

async function printed(folder: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-no-legacy-abort", `${folder}/letts.js`, ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the bundle runs from anywhere and says which version it is", async (t) => {
  const folder = await Deno.makeTempDir();
  try {
    await bundle(`${folder}/letts.js`);
    await t.step("letts version prints the version", async () => {
      assertEquals(await printed(folder, "version"), `letts ${config.version}\n`);
    });
    await t.step("letts dugdale --version names the daemon", async () => {
      assertMatch(
        await printed(folder, "dugdale", "--version"),
        /^dugdale \d+\.\d+\.\d+ \(commit=([0-9a-f]{12}(-dirty)?|unknown), built_at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)\n$/,
      );
    });
    await t.step("letts run --embedded runs a mission on a dugdale of its own", async () => {
      const script = `#!/bin/sh\necho '{"event":"success","return":{"says":"größer →"}}' >&3\n`;
      await Deno.writeTextFile(`${folder}/says.sh`, script, { mode: 0o755 });
      const returned = await printed(folder, "run", "--embedded", "--mission", "./says.sh");
      assertEquals(returned, `{\n  "says": "größer →"\n}\n`);
    });
    await t.step(
      "letts new mission copies the runtime and its types, so that no network is needed",
      async () => {
        await printed(folder, "new", "mission", "greet");
        await Deno.writeTextFile(`${folder}/missions/wrong.ts`, WRONG);
        const run = async (...args: string[]): Promise<readonly [number, string]> => {
          const env = { NO_COLOR: "1", DENO_DIR: `${folder}/cache` };
          const offline = [args[0] ?? "", "--quiet", "--no-remote", "--no-npm", ...args.slice(1)];
          const cwd = `${folder}/missions`;
          const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
            args: offline,
            cwd,
            env,
          })
            .output();
          return [code, new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr)];
        };
        assertEquals(await run("check", "greet.ts", ".letts/mission.d.ts"), [0, ""]);
        assertEquals((await run("test", "-A"))[0], 0);
        const [code, text] = await run("check", "wrong.ts");
        assertEquals([code, text.match(/TS\d+/g)], [1, ["TS2345"]], text);
        await Deno.remove(`${folder}/missions/.letts/mission.js`);
        await printed(folder, "new", "mission", "again");
        assertEquals(await run("check", "greet.ts"), [0, ""]);
      },
    );
    await t.step("its functions keep the names that stacks are read by", async () => {
      assertMatch(await Deno.readTextFile(`${folder}/letts.js`), /\([\w$]+,\s*"dugdaleMain"\)/);
    });
    await t.step("it starts quickly: ASCII, and nothing is imported before it is needed", async () => {
      const text = await Deno.readTextFile(`${folder}/letts.js`);
      // deno-lint-ignore no-control-regex -- what is not ASCII is looked for
      assertEquals(/[^\x00-\x7f]/.exec(text), null);
      assertEquals(/^import .* from /m.exec(text.slice(0, 1_000)), null);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stamped() refuses a bundle in which there is nothing to stamp", () => {
  const [of, stamp] = [{ version: "dev" }, { version: "1.0.0" }];
  assertThrows(() => stamped("var VERSION = {};", of, stamp), Error, "once");
  assertThrows(() => stamped(`{version:"dev"},{version:"dev"}`, of, stamp), Error, "once");
  assertEquals(stamped(`var VERSION={version:"dev"};`, of, stamp), `var VERSION={version: "1.0.0"};`);
});

Deno.test("a bundle releases what its sources release: no using is lost", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // A file that is opened, read once in the next statement, and closed.
    await bundleModule(`${folder}/m.js`, "dugdale/applied_warnings.ts");
    assertEquals((await Deno.readTextFile(`${folder}/m.js`)).match(/\bawait using /g)?.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("withKeptUsing() adds an empty resource to each using, however long its statement is", () => {
  const source = `  using a = f();
  await using b: B = g({
    x: [1];
  }); // why
  using c = a === undefined
    ? f("(")
    : g();
  c.run();
  const using_ = 1;
`;
  assertEquals(
    withKeptUsing(source),
    `  using a = f(), using$0 = null;
  await using b: B = g({
    x: [1];
  }), using$1 = null; // why
  using c = a === undefined
    ? f("(")
    : g(), using$2 = null;
  c.run();
  const using_ = 1;
`,
  );
  assertThrows(() => withKeptUsing("using a = f()\nusing b = g();"), Error, "no end");
});
