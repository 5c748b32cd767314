import { assertEquals, assertThrows } from "@std/assert";
import { execCommand, missionCommand } from "../../../dugdale/run/command.ts";
import { LaunchError } from "../../../dugdale/run/launch_error.ts";
import { systemDisk } from "../../../dugdale/host/disk.ts";

Deno.test("missionCommand() fills in paths as they are, also with $ in them", () => {
  const runtime = {
    mission_dir: "/missions/$&/$'",
    command_template: '["run", "{mission_path}", "--name={mission}"]',
    mission_path_template: "{mission}.ts",
    validate_mission_file: 0,
  };
  assertEquals(missionCommand(runtime, "a", systemDisk), ["run", "/missions/$&/$'/a.ts", "--name=a"]);
});

Deno.test("execCommand() reads the command and the keys of the output files from a stored body", () => {
  assertEquals(execCommand('{"command":["ls","-l"],"lane":7,"out":[{"key":"list"}]}'), {
    argv: ["ls", "-l"],
    outputs: ["list"],
  });
  assertEquals(execCommand('{"command":["true"],"out":null}').outputs, []);
});

for (
  const body of [
    "",
    "null",
    "{}",
    '{"command":[]}',
    '{"command":"ls"}',
    '{"command":["ls"],"out":["a"]}',
    '{"command":["ls"],"out":[{"key":"../a"}]}',
  ]
) {
  Deno.test(`execCommand() refuses the stored body ${body || "that is empty"}`, () => {
    const error = assertThrows(
      () => execCommand(body),
      LaunchError,
      "the stored body of the exec is unusable: ",
    );
    assertEquals(error.reason, "spawn_failed");
  });
}
