import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import {
  execFingerprint,
  type FingerprintFile,
  missionFingerprint,
  sha256,
} from "../../dugdale/engine/fingerprint.ts";
import { canonical } from "../../dugdale/json/canonical.ts";
import { readJson } from "../../dugdale/json/reader.ts";

const file = (): fc.Arbitrary<FingerprintFile> =>
  fc.record({
    role: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,8}$/),
    staging_id: fc.uuid({ version: 7 }),
    sha256: fc.stringMatching(/^[0-9a-f]{64}$/),
    size: fc.maxSafeNat(),
  });
const files = (): fc.Arbitrary<FingerprintFile[]> =>
  fc.uniqueArray(file(), { selector: ({ role }) => role, maxLength: 6 });
const timeoutMs = (): fc.Arbitrary<number | null> => fc.option(fc.maxSafeNat());
const mission = () =>
  fc.record({
    lane: fc.string(),
    mission: fc.string(),
    input: fc.json().map((text) => canonical(readJson(text), text)),
    timeoutMs: timeoutMs(),
    files: files(),
  });

Deno.test("missionFingerprint() is the digest of the canonical form of what it is made of", () => {
  fc.assert(fc.property(mission(), (identity) => {
    const sorted = identity.files.toSorted((a, b) => a.role < b.role ? -1 : 1);
    const text = JSON.stringify({
      timeout_ms: identity.timeoutMs,
      kind: "mission",
      mission: identity.mission,
      lane: identity.lane,
      input_sha256: sha256(identity.input),
      files: sorted,
    });
    assertEquals(missionFingerprint(identity), sha256(canonical(readJson(text), text)));
  }));
});

Deno.test("missionFingerprint() does not depend on the order of files, but on every one of them", () => {
  fc.assert(fc.property(mission(), file(), (identity, extra) => {
    const { files } = identity;
    const print = missionFingerprint(identity);
    assertEquals(missionFingerprint({ ...identity, files: files.toReversed() }), print);
    assertNotEquals(missionFingerprint({ ...identity, files: [...files, extra] }), print);
    for (const left of files) {
      assertNotEquals(
        missionFingerprint({ ...identity, files: files.filter((file) => file !== left) }),
        print,
      );
    }
  }));
});

Deno.test("execFingerprint() keeps the order of the command and forgets that of files", () => {
  const exec = fc.record({
    lane: fc.string(),
    command: fc.uniqueArray(fc.string(), { minLength: 2 }),
    stdin: fc.constantFrom("none", "single", "broadcast"),
    stdinStagingId: fc.option(fc.uuid()),
    script: fc.option(fc.record({ staging_id: fc.uuid(), sha256: fc.string() })),
    timeoutMs: timeoutMs(),
    in: files(),
    out: fc.uniqueArray(fc.string()),
  });
  fc.assert(fc.property(exec, (identity) => {
    const print = execFingerprint(identity);
    const turned = { ...identity, in: identity.in.toReversed(), out: identity.out.toReversed() };
    assertEquals(execFingerprint(turned), print);
    assertNotEquals(execFingerprint({ ...identity, command: identity.command.toReversed() }), print);
  }));
});
