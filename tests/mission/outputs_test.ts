import { assertEquals, assertThrows } from "@std/assert";
import type { Channel } from "../../mission/channel.ts";
import { InvalidOutputError } from "../../mission/errors.ts";
import { Outputs } from "../../mission/outputs.ts";
import { InvalidNameError } from "../../protocol/names.ts";
import { fakeHost, type FakeProcess } from "./fake_host.ts";

function openOutputs(process: FakeProcess = {}): { outputs: Outputs; declared: string[] } {
  const declared: string[] = [];
  const channel: Channel = {
    ended: false,
    progress() {},
    knows: () => false,
    say() {},
    outputFile: (key) => declared.push(key),
    end() {},
    flush() {},
  };
  const environment = { mode: "mission", id: "i", lane: "l", workDir: "/w", tmpDir: "/w/tmp" } as const;
  return { outputs: new Outputs(fakeHost(process), environment, channel), declared };
}

Deno.test("Outputs.path() names a file in out/ and declares nothing", () => {
  const { outputs, declared } = openOutputs();
  assertEquals([outputs.path("report"), outputs.path("_x"), declared], ["/w/out/report", "/w/out/_x", []]);
});

Deno.test("Outputs refuses keys that are no file roles", () => {
  const { outputs, declared } = openOutputs();
  for (const key of ["", "__x", "a-b", "../x", "1a", "é", "a".repeat(65)]) {
    assertThrows(() => outputs.path(key), InvalidNameError);
    assertThrows(() => outputs.declare(key), InvalidNameError);
  }
  assertEquals(declared, []);
});

Deno.test("Outputs.declare() says a key again when it is declared again", () => {
  const { outputs, declared } = openOutputs({ kinds: { "/w/out/k": "file" } });
  outputs.declare("k");
  outputs.declare("k");
  outputs.verify();
  assertEquals(declared, ["k", "k"]);
});

for (
  const [kind, problem] of [
    ["missing", "does not exist"],
    ["link", "must not be a symbolic link"],
    ["folder", "must be a regular file"],
    ["other", "must be a regular file"],
  ] as const
) {
  Deno.test(`Outputs.verify() refuses a declared file that is ${kind}`, () => {
    const { outputs } = openOutputs({ kinds: { "/w/out/k": kind, "/w/out/undeclared": kind } });
    outputs.verify();
    outputs.declare("k");
    const error = assertThrows(() => outputs.verify(), InvalidOutputError, problem);
    assertEquals([error.key, error.path], ["k", "/w/out/k"]);
  });
}
