import { assertEquals } from "@std/assert";
import { type JsonValue, Mission, mission, type MissionContext } from "../../mission/mod.ts";

interface Video {
  readonly seconds: number;
}

const parseVideo = (raw: unknown): Video => ({ seconds: Number((raw as { seconds: unknown }).seconds) });

// Never called: what is tested is that they compile.
const TYPED: readonly (() => unknown)[] = [
  () => mission((m) => ({ minutes: m.input.seconds / 60 }), { parse: parseVideo }),
  () =>
    mission<Video>(async (m) => void await m.input.seconds.toFixed(), { parse: parseVideo, after: () => {} }),
  () => mission((m): { readonly input: JsonValue } => ({ input: m.input })),
  () => mission((m: MissionContext) => ({ text: m.get("a", "none"), maybe: m.get("b", undefined) })),
  // @ts-expect-error: a list is an object to the compiler, a text is not.
  () => mission(() => "text"),
  // @ts-expect-error: without a parser nothing makes the input a Video.
  () => mission<Video>((m) => ({ seconds: m.input.seconds })),
  () => Mission.start({ parse: parseVideo }).input.seconds.toFixed(),
  (): never => Mission.start().fail("no"),
];

Deno.test("mission() and Mission.start() take the input's type from the parser", () => {
  assertEquals(TYPED.length, 8);
});
