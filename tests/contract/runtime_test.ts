import { assert, assertEquals } from "@std/assert";
import type { Fields } from "./dugdale.ts";
import { apply, MISSIONS, ownTest, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale({
  settings: { mission_env: { set: { NEEDS: "${NOBODY_HAS_THIS}" } } },
  state: null,
});
const plain = sharedDugdale({ state: null });
const LANES = { fast: { concurrency: 8 } };

function printed(runtime: Fields, mission: string, mission_dir = "/missions"): Promise<string> {
  return start({ mission_dir, runtime }, mission);
}

async function start(state: Fields, mission: string): Promise<string> {
  await apply(plain, { ...state, lanes: LANES });
  const id = await plain.queue(mission);
  const record = await plain.done(id);
  assertEquals(record.outcome, "success", JSON.stringify(record));
  return await plain.output(id, "stdout");
}

ownTest("placeholders of the command are filled with mission and path, and nothing else is", async () => {
  const command_template = [
    "printf",
    "%s\\n",
    "{mission}|{mission_path}|{mission}",
    "{other}",
    "$HOME",
    "{{mission}}",
  ];
  assertEquals(await printed({ command_template }, "a.b"), "a.b|/missions/a.b|a.b\n{other}\n$HOME\n{a.b}\n");
});

ownTest("the path template knows the mission only; the path is cleaned", async () => {
  const command_template = ["printf", "%s", "{mission_path}"];
  const cases: [string, string, string][] = [
    ["{mission}.sh", "/missions", "/missions/x.sh"],
    ["sub/{mission}/{mission}", "/missions/", "/missions/sub/x/x"],
    ["./a/../{mission}", "/m//n/./o", "/m/n/o/x"],
    ["../{mission}", "/missions", "/x"],
    ["{mission_path}", "/missions", "/missions/{mission_path}"],
  ];
  for (const [mission_path_template, folder, path] of cases) {
    assertEquals(await printed({ command_template, mission_path_template }, "x", folder), path);
  }
});

ownTest("without a template the mission file is started itself", async () => {
  for (const command_template of [undefined, [], null]) {
    await apply(plain, { mission_dir: MISSIONS, lanes: LANES, runtime: { command_template } });
    assertEquals((await plain.run("succeeds.sh")).outcome, "success");
  }
});

ownTest(
  "a command without a slash is looked up in the dugdale's own PATH; with one it is relative to the folder",
  async () => {
    assertEquals(await printed({ command_template: ["echo", "found"] }, "x"), "found\n");
    await apply(plain, { lanes: LANES, runtime: { command_template: ["./nothing"] } });
    const record = await plain.run("x");
    assertEquals([record.outcome, record.fail_reason], ["crashed", "spawn_failed"]);
  },
);

ownTest("arguments are passed as they are, also empty ones, blanks, quotes and newlines", async () => {
  const words = ["", " ", "a b", "'", '"', "\\", "\n", "*", "ä", "-n"];
  assertEquals(
    await printed({ command_template: ["printf", "<%s>", ...words] }, "x"),
    words.map((word) => `<${word}>`).join(""),
  );
});

const CRASHES: readonly (readonly [what: string, runtime: Fields, mission: string, reason: string])[] = [
  ["a file that is not there", { validate_mission_file: true }, "nothing.sh", "mission_not_found"],
  ["a file that is not there, unchecked", {}, "nothing.sh", "spawn_failed"],
  [
    "a file outside of the folder",
    { validate_mission_file: true, mission_path_template: "../contract/{mission}" },
    "harness.ts",
    "mission_not_in_dir",
  ],
  ["a folder as a mission", { mission_path_template: "../missions" }, "x", "spawn_failed"],
  ["a command that is not there", { command_template: ["there-is-no-such-command"] }, "x", "spawn_failed"],
  [
    "a file that may not be run",
    { mission_path_template: "../contract/{mission}" },
    "harness.ts",
    "spawn_failed",
  ],
  ["an empty command", { command_template: [""] }, "x", "spawn_failed"],
  [
    "a path through a file",
    { validate_mission_file: true, mission_path_template: "silent.sh/{mission}" },
    "x",
    "spawn_failed",
  ],
  ["a command with a NUL byte", { command_template: ["echo", "a\0b"] }, "x", "spawn_failed"],
];
for (const [what, runtime, mission, reason] of CRASHES) {
  ownTest(`${what} crashes the mission with ${reason}`, async () => {
    await apply(plain, { mission_dir: MISSIONS, lanes: LANES, runtime });
    const record = await plain.run(mission);
    assertEquals(
      [record.outcome, record.fail_reason, record.exit_code, record.pid],
      ["crashed", reason, 0, 0],
      JSON.stringify(record),
    );
    assert(String(record.fail_message) !== "" && !("signal" in record));
    assert(Number(record.time_started) >= Number(record.time_created));
  });
}

ownTest(
  "a link to a file within the folder is started; one that leads out is not, when it is checked",
  async () => {
    const dir = await Deno.makeTempDir({ prefix: "letts-contract-missions-" });
    try {
      await Deno.mkdir(`${dir}/missions`);
      await Deno.symlink(`${dir}/missions`, `${dir}/link`);
      await Deno.copyFile(`${MISSIONS}/succeeds.sh`, `${dir}/missions/real.sh`);
      await Deno.symlink("real.sh", `${dir}/missions/inside.sh`);
      await Deno.symlink(`${MISSIONS}/succeeds.sh`, `${dir}/missions/outside.sh`);
      await apply(plain, {
        mission_dir: `${dir}/link`,
        lanes: LANES,
        runtime: { validate_mission_file: true },
      });
      assertEquals((await plain.run("inside.sh")).outcome, "success");
      assertEquals((await plain.run("outside.sh")).fail_reason, "mission_not_in_dir");
      await apply(plain, { mission_dir: `${dir}/link`, lanes: LANES });
      assertEquals((await plain.run("outside.sh")).outcome, "success");
    } finally {
      await Deno.remove(dir, { recursive: true });
    }
  },
);

ownTest("a file that is put there after the dispatch is found: it is checked at the start", async () => {
  const dir = await Deno.makeTempDir({ prefix: "letts-contract-missions-" });
  try {
    const lanes = { held: { concurrency: 1, paused: true } };
    await apply(plain, { mission_dir: dir, lanes, runtime: { validate_mission_file: true } });
    const id = await plain.queue("later.sh", { lane: "held" });
    await Deno.copyFile(`${MISSIONS}/succeeds.sh`, `${dir}/later.sh`);
    await plain.post("/v1/admin/lanes/held/continue");
    assertEquals((await plain.done(id)).outcome, "success");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

ownTest(
  "a configured variable that the dugdale cannot fill crashes every mission with spawn_failed",
  async () => {
    await apply(dugdale, { mission_dir: MISSIONS, lanes: LANES });
    const record = await dugdale.run("succeeds.sh");
    assertEquals([record.outcome, record.fail_reason], ["crashed", "spawn_failed"]);
    assert(String(record.fail_message).includes("NOBODY_HAS_THIS"));
  },
);

ownTest("without a HOME of the dugdale a mission's HOME is empty, and TZ is UTC", async () => {
  const text = await printed({ command_template: ["sh", "-c", 'echo "[${HOME-unset}] $TZ"'] }, "x");
  assert(text === `[${Deno.env.get("HOME") ?? ""}] UTC\n`, text);
});
