import { assertEquals } from "@std/assert";
import { execFingerprint, missionFingerprint } from "../../../dugdale/engine/fingerprint.ts";
import { canonical } from "../../../dugdale/json/canonical.ts";
import { readJson } from "../../../dugdale/json/reader.ts";

const AB = "0192a8b3-d2c1-7abc-bad0-1234567890ab";
const AC = "0192a8b3-d2c1-7abc-bad0-1234567890ac";
const hello = { sha256: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", size: 5 };

function mission(input: string, more: Partial<Parameters<typeof missionFingerprint>[0]> = {}): string {
  return missionFingerprint({
    lane: "default",
    mission: "hello",
    input: canonical(readJson(input), input),
    timeoutMs: null,
    files: [],
    ...more,
  });
}

const none = { stdin: "none", stdinStagingId: null, script: null, timeoutMs: null, in: [], out: [] } as const;

const VECTORS: readonly (readonly [title: string, actual: string, expected: string])[] = [
  ["no input", mission("null"), "25ef62f3e3d069ce626d2b475632324ff7db5779b35ed3e29daa0f55b1eda841"],
  [
    "unsorted keys and a timeout",
    mission('{"b":2,"a":1}', { timeoutMs: 300_000 }),
    "2b691a5b7e23a74dd7fbe2668edb2d6f231821257d8837c6e5f407ed00915747",
  ],
  [
    "an integer beyond 2^53",
    mission('{"size":9007199254740993}'),
    "a4f53f7a359f63baeeb80c688a7d80b9970225ae2fa7f83d38b2a9c86c2cb734",
  ],
  [
    "files in any order and a timeout of zero",
    mission("{}", {
      timeoutMs: 0,
      files: [{ role: "b", staging_id: AC, ...hello }, { role: "a", staging_id: AB, ...hello }],
    }),
    "09467b8a33895120cfd2f87f26c8ae898a26d25bc16c44220d841875a6939310",
  ],
  [
    "a bare exec",
    execFingerprint({ ...none, lane: "ops", command: ["uptime"] }),
    "a0ffe9595bdd1d17f82eb55222a47f28a4a1c52560c22bea05e4c4537d913120",
  ],
  [
    "an exec with everything",
    execFingerprint({
      lane: "ops",
      command: ["sh", "script/script"],
      script: { staging_id: AB, sha256: hello.sha256 },
      in: [{ role: "db", staging_id: AC, ...hello }],
      out: ["z", "archive"],
      stdin: "single",
      stdinStagingId: AC,
      timeoutMs: 60_000,
    }),
    "d7db811030adc005a9b2a143d65f593901fbf4d23afaf75ce5740e47b9b40f2a",
  ],
];

for (const [title, actual, expected] of VECTORS) {
  Deno.test(`fingerprint of ${title} is the documented one`, () => assertEquals(actual, expected));
}
