import { assert, assertEquals, assertMatch } from "@std/assert";
import { told } from "./shell_missions.ts";
import { sha256 } from "./dugdale.ts";
import { ownTest, sharedDugdale } from "./harness.ts";

const SECRET = "not for missions";
const dugdale = sharedDugdale({
  settings: {
    mission_env: {
      inherit: ["INHERITED", "NOT_SET_ANYWHERE", "TZ_LIKE"],
      set: { PLAIN: "value", FILLED: "<${INHERITED}|${HOME}|$HOME|${}>", TZ: "Europe/Berlin", EMPTY: "" },
    },
  },
  env: { INHERITED: "from the dugdale", HOME: "/home/contract", SECRET },
});

ownTest("a mission's environment is exactly what is documented and configured", async () => {
  const staged = await dugdale.stage("content");
  const files = [{ role: "data", staging_id: staged }, { role: "_b", staging_id: staged }];
  const id = await dugdale.queue("shows_itself.sh", { files });
  assertEquals((await dugdale.done(id)).outcome, "success");
  const sections = parsed(await dugdale.output(id, "stdout"));
  const environment = Object.fromEntries(
    (sections.environment ?? []).map((
      line,
    ) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const workdir = environment.LETTS_WORKDIR ?? "";
  assertMatch(workdir, new RegExp(`^/.*/work/${id}$`));
  const digest = await sha256("content");
  assertEquals(environment, {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/home/contract",
    TZ: "Europe/Berlin",
    LETTS_MISSION_ID: id,
    LETTS_KIND: "mission",
    LETTS_LANE: "fast",
    LETTS_WORKDIR: workdir,
    LETTS_TMPDIR: `${workdir}/tmp`,
    LETTS_FEATURES: "note,warn,meta,state,log",
    LETTS_IN_data: `${workdir}/in/data`,
    LETTS_IN_data__SHA256: digest,
    LETTS_IN_data__SIZE: "7",
    LETTS_IN__b: `${workdir}/in/_b`,
    LETTS_IN__b__SHA256: digest,
    LETTS_IN__b__SIZE: "7",
    INHERITED: "from the dugdale",
    PLAIN: "value",
    FILLED: "<from the dugdale|/home/contract|$HOME|${}>",
    EMPTY: "",
  });
  assertEquals(sections.folder?.[0], workdir);
});

ownTest("a mission starts in its own fresh folder with in, out, tmp and its input", async () => {
  const staged = await dugdale.stage("content");
  const commands = `stat -c '%n %a %s' . in out tmp input.json in/*; id -u > /dev/null; cat in/data`;
  const id = await dugdale.queue("obeys.sh", {
    files: [{ role: "data", staging_id: staged }],
    input: told(commands),
  });
  await dugdale.done(id);
  const lines = (await dugdale.output(id, "stdout")).split("\n");
  const modes = Object.fromEntries(lines.slice(0, -1).map((line) => line.split(" ").slice(0, 2)));
  assertEquals(modes, {
    ".": "755",
    in: "755",
    out: "755",
    tmp: "755",
    "input.json": "400",
    "in/data": "444",
  });
  assertEquals(lines.at(-1), "content");
});

ownTest("stdin is the canonical input, without a newline, and can be rewound", async () => {
  for (
    const [input, text] of [[{ b: 1, a: [null] }, '{"a":[null],"b":1}'], [undefined, "null"], [
      "ä\n",
      '"ä\\n"',
    ]] as const
  ) {
    const id = await dugdale.queue("echo_input.sh", input === undefined ? {} : { input });
    await dugdale.done(id);
    assertEquals(await dugdale.output(id, "stdout"), text);
  }
  const id = await dugdale.queue("obeys.sh", {
    input: { z: 1, ...told("cat input.json; readlink /proc/$$/fd/0") },
  });
  await dugdale.done(id);
  const stdout = await dugdale.output(id, "stdout");
  assert(stdout.startsWith('{"sh":"') && stdout.trimEnd().endsWith(`/work/${id}/input.json`));
});

ownTest("a mission leads a new process group and has nothing open but 0 to 3", async () => {
  const id = await dugdale.queue("shows_itself.sh");
  const { pid } = await dugdale.done(id);
  const sections = parsed(await dugdale.output(id, "stdout"));
  const [self, , , , group] = sections.stat?.[0]?.trim().split(" ") ?? [];
  assertEquals([self, group], [String(pid), String(pid)]);
  const open = (sections.descriptors ?? []).map((line) => /(\d+) -> (.*)$/.exec(line)?.slice(1) ?? []);
  // The last one is the folder that is being listed.
  assertEquals(open.filter(([fd]) => fd !== undefined).map(([fd]) => fd), ["0", "1", "2", "3", "4"]);
  const targets = Object.fromEntries(open);
  assertMatch(targets[0], /\/input\.json$/);
  assertMatch(targets[4], /^\/proc\/\d+\/fd$/);
  for (const fd of [1, 2, 3]) assertMatch(targets[fd], /^pipe:/);
});

ownTest("no signal is blocked or ignored at the start", async () => {
  const id = await dugdale.queue("shows_itself.sh");
  await dugdale.done(id);
  const { signals = [] } = parsed(await dugdale.output(id, "stdout"));
  const masks = Object.fromEntries(signals.map((line) => line.split(/:\s+/)));
  // 32 and 33 are the C library's own; glibc ignores them in what it spawns.
  const ownToLibc = 3n << 31n;
  assertEquals([BigInt(`0x${masks.SigBlk}`), BigInt(`0x${masks.SigIgn}`) & ~ownToLibc], [0n, 0n]);
});

ownTest("missions that run at the same time do not hold each other's pipes", async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, () =>
    dugdale.queue("obeys.sh", {
      input: told("sleep 0.1; exec ls -l /proc/self/fd"),
    })));
  for (const id of ids) {
    await dugdale.done(id);
    assertEquals((await dugdale.output(id, "stdout")).match(/pipe:/g)?.length, 3);
  }
});

ownTest("in/ and tmp/ are removed at the end, also folders that a mission made unreadable", async () => {
  const commands = "mkdir -p tmp/a/b; echo x > tmp/a/b/c; chmod 0 tmp/a/b; echo kept > note; pwd";
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  assertEquals((await dugdale.done(id)).outcome, "success");
  assertEquals((await dugdale.run("succeeds.sh")).outcome, "success");
});

/** The sections of `shows_itself.sh`. */
function parsed(text: string): Readonly<Record<string, readonly string[]>> {
  const sections: Record<string, string[]> = {};
  let current: string[] = [];
  for (const line of text.split("\n")) {
    const title = /^\[(\w+)\](.*)$/.exec(line);
    if (title === null) current.push(line);
    else sections[title[1] ?? ""] = current = title[2] === "" ? [] : [title[2] ?? ""];
  }
  return sections;
}
