import { assertEquals } from "@std/assert";
import { findByteSize, formatByteSize } from "../../../config/yaml/byte_size.ts";
import { byteSize, duration, findDuration } from "../../../config/yaml/quantities.ts";
import type { Decoder } from "../../../config/yaml/decoder.ts";
import { YamlDocument } from "../../../config/yaml/document.ts";

const DURATIONS: readonly (readonly [typed: string, ms: number | undefined])[] = [
  ["0", 0],
  ["0s", 0],
  ["-0", 0],
  ["250ms", 250],
  ["30s", 30_000],
  ["1h30m", 5_400_000],
  ["1.5h", 5_400_000],
  [".5s", 500],
  ["1s500ms", 1500],
  ["7d", 604_800_000],
  ["0d", 0],
  ["500us", 1],
  ["1ns", 1],
  ["+5s", 5000],
  ["30", undefined],
  ["1.5d", undefined],
  ["1d12h", undefined],
  ["12h1d", undefined],
  ["-5s", undefined],
  ["-1ns", undefined],
  ["-1d", undefined],
  ["5 s", undefined],
  ["5S", undefined],
  ["1w", undefined],
  ["s", undefined],
  ["99999999999999d", undefined],
];
for (const [typed, ms] of DURATIONS) {
  Deno.test(`findDuration() reads ${JSON.stringify(typed)} as ${ms}`, () => {
    assertEquals(findDuration(typed), ms);
  });
}

const SIZES: readonly (readonly [typed: string, bytes: number | undefined])[] = [
  ["0", 0],
  ["1048576", 1_048_576],
  ["256KiB", 262_144],
  ["2MiB", 2_097_152],
  ["1GiB", 1_073_741_824],
  ["2 MiB", 2_097_152],
  [" 2MiB ", 2_097_152],
  ["+5", 5],
  ["-1", undefined],
  ["-1KiB", undefined],
  ["1kib", undefined],
  ["1KB", undefined],
  ["1K", undefined],
  ["1MB", undefined],
  ["1TiB", undefined],
  ["1.5MiB", undefined],
  ["MiB", undefined],
  ["1e3", undefined],
  ["99999999GiB", undefined],
];
for (const [typed, bytes] of SIZES) {
  Deno.test(`findByteSize() reads ${JSON.stringify(typed)} as ${bytes}`, () => {
    assertEquals(findByteSize(typed), bytes);
  });
}

Deno.test("formatByteSize() writes what findByteSize() reads", () => {
  for (
    const [bytes, text] of [[0, "0"], [1000, "1000"], [768 * 1024, "768KiB"], [
      16 * 1024 ** 2,
      "16MiB",
    ]] as const
  ) {
    assertEquals(formatByteSize(bytes), text);
    assertEquals(findByteSize(text), bytes);
  }
});

function decode(decoder: Decoder<number>, yaml: string) {
  const document = new YamlDocument("f.yaml", yaml);
  return { value: decoder.decode(document.root), problems: document.problems };
}

Deno.test("duration() and byteSize() treat the empty string as absent", () => {
  for (const decoder of [duration("", 1), byteSize("", 1)]) {
    for (const yaml of ['""', "~"]) assertEquals(decode(decoder, yaml), { value: undefined, problems: [] });
  }
});

Deno.test("duration() and byteSize() note faults, durations before sizes", () => {
  const [late] = decode(duration("", 1), "30").problems;
  assertEquals(late?.problem, 'must be a duration such as 250ms, 30s, 1h30m or 7d, not "30"');
  const [later] = decode(byteSize("", 1), "1KB").problems;
  assertEquals(later?.problem, 'must be a size such as 4096, 256KiB, 2MiB or 1GiB, not "1KB"');
  assertEquals((late?.order ?? 9) < (later?.order ?? 0), true);
});

Deno.test("duration() and byteSize() take quoted and unquoted numbers alike", () => {
  assertEquals(decode(byteSize("", 1), "4096").value, 4096);
  assertEquals(decode(byteSize("", 1), '"4096"').value, 4096);
  assertEquals(decode(duration("", 1), "0").value, 0);
});
