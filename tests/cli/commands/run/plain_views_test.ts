import { assertEquals } from "@std/assert";
import { LineView } from "../../../../cli/commands/run/plain_views.ts";

Deno.test("LineView reports where an output file went, unless it is to be quiet", async () => {
  for (
    const [events, expected] of [[true, ["[output] report -> ./r.html (17.4 KiB)\n"]], [false, []]] as const
  ) {
    const lines: string[] = [];
    const writer = { write: (text: string) => Promise.resolve(void lines.push(text)) };
    const view = new LineView(writer as ConstructorParameters<typeof LineView>[0], {
      events,
      progress: true,
    });
    await view.saved("report", "./r.html", 17_776);
    assertEquals(lines, [...expected]);
  }
});
