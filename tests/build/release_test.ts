import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { nextVersion, notes, releasedChangelog, withVersion } from "../../build/release.ts";
import { sbom } from "../../build/sbom.ts";
import config from "../../deno.json" with { type: "json" };

const CHANGELOG = "# Changelog\n\n## Unreleased\n\n- new\n\n## 0.1.0 (2026-01-01)\n\n- first\n";

Deno.test("nextVersion() takes a step, or the version that is named", () => {
  assertEquals(["major", "minor", "patch", "2.0.0-rc.1"].map((asked) => nextVersion("1.2.3", asked)), [
    "2.0.0",
    "1.3.0",
    "1.2.4",
    "2.0.0-rc.1",
  ]);
  assertThrows(() => nextVersion("1.2.3", "v2"), Error, `"v2" is no version`);
});

Deno.test("releasedChangelog() puts what is unreleased under the version", () => {
  const text = releasedChangelog(CHANGELOG, "0.2.0", "2026-02-03");
  assertStringIncludes(text, "## Unreleased\n\n## 0.2.0 (2026-02-03)\n\n- new\n\n## 0.1.0");
  assertEquals([notes(CHANGELOG), notes(text)], ["- new", ""]);
  assertThrows(() => releasedChangelog(text, "0.3.0", "2026-02-03"), Error, "nothing under Unreleased");
  assertThrows(() => releasedChangelog(CHANGELOG, "0.1.0", "2026-02-03"), Error, "already");
});

Deno.test("withVersion() changes the version of deno.json and nothing else", async () => {
  const text = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  const { version, ...rest } = JSON.parse(withVersion(text, "9.8.7"));
  const { version: _before, ...before } = config;
  assertEquals([version, rest], ["9.8.7", before]);
});

Deno.test("sbom() names letts, its Deno and every package in it, with their sums", async () => {
  const { bomFormat, metadata, components } = JSON.parse(await sbom("2026-01-01T00:00:00Z"));
  assertEquals([bomFormat, metadata.component.version], ["CycloneDX", config.version]);
  const [deno, ...packages] = components.map(({ name }: { name: string }) => name);
  assertEquals([deno, packages.includes("yaml"), packages.includes("ajv")], ["deno", true, false]);
  for (const { purl, hashes } of components.slice(1)) {
    assertMatch(purl, /^pkg:npm\//);
    assertMatch(hashes[0].content, /^[0-9a-f]{128}$/);
  }
});
