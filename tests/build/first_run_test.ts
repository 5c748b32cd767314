import { assertEquals } from "@std/assert";
import { drawn, session } from "../../build/first_run.ts";

/** What the picture says, in an order of its own: lines of two streams may change places. */
function words(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text).sort();
}

Deno.test({
  name: "docs/first_run.svg shows what a first session prints; deno task first-run draws it",
  ignore: Deno.build.os === "windows", // a dugdale needs Linux or macOS
  fn: async () => {
    const picture = await Deno.readTextFile(new URL("../../docs/first_run.svg", import.meta.url));
    assertEquals(words(drawn(await session())), words(picture));
  },
});
