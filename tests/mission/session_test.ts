import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runMission, SMALLEST } from "./run_mission.ts";

const source = `await letts.mission((m) => ({ ok: 1 }));`;

Deno.test("openSession() without a workdir says that the mission is misconfigured", async () => {
  const ended = await runMission({ source, env: { LETTS_WORKDIR: "" } });
  assertEquals([ended.code, ended.lines, ended.stdout], [1, [], ""]);
  assertEquals(ended.stderr, "letts mission misconfigured: LETTS_WORKDIR is not set\n");
});

Deno.test("openSession() without descriptor 3 says that the mission is misconfigured", async () => {
  const ended = await runMission({ source, withoutControl: true });
  assertEquals([ended.code, ended.lines], [1, []]);
  assertMatch(
    ended.stderr,
    /^letts mission misconfigured: fd 3, the control channel, cannot be opened: .+\n$/,
  );
});

for (
  const [lacking, flag] of [
    ["--allow-write=.,/dev/fd/3", "--allow-write=/dev/fd/3"],
    ["--allow-env=LETTS_*", "--allow-env=LETTS_*"],
  ]
) {
  Deno.test(`openSession() without ${lacking} names the flag ${flag}`, async () => {
    const ended = await runMission({
      source,
      permissions: SMALLEST.filter((granted) => granted !== lacking),
    });
    assertEquals([ended.code, ended.lines], [1, []]);
    assertMatch(ended.stderr, /^letts mission misconfigured: /);
    assertStringIncludes(ended.stderr, flag ?? "");
  });
}

Deno.test("openSession() opens the control channel even where reading it is not allowed", async () => {
  const ended = await runMission({
    source,
    permissions: SMALLEST.filter((flag) => !flag.startsWith("--allow-read")),
  });
  assertEquals(ended.lines, [{ event: "success", return: { ok: 1 } }]);
});
