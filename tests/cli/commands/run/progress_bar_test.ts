import { assertEquals } from "@std/assert";
import { barLine } from "../../../../cli/commands/run/progress_bar.ts";

const plain = (_: unknown, text: string) => text;
const STATE = { phase: "running", value: undefined, message: "", elapsedMs: 0 };

Deno.test("barLine() fills the bar by eighths of a cell", () => {
  const line = (value: number) => barLine({ ...STATE, value, message: "m" }, 80, plain);
  assertEquals(line(0), `▕${" ".repeat(24)}▏   0% 0:00 m`);
  assertEquals(line(0.5), `▕${"█".repeat(12)}${" ".repeat(12)}▏  50% 0:00 m`);
  assertEquals(line(0.51), `▕${"█".repeat(12)}▎${" ".repeat(11)}▏  51% 0:00 m`);
  assertEquals(line(1), `▕${"█".repeat(24)}▏ 100% 0:00 m`);
});

Deno.test("barLine() keeps values outside of 0 to 1 in the bar", () => {
  assertEquals(barLine({ ...STATE, value: 7 }, 80, plain), barLine({ ...STATE, value: 1 }, 80, plain));
  assertEquals(barLine({ ...STATE, value: -1 }, 80, plain), barLine({ ...STATE, value: 0 }, 80, plain));
});

Deno.test("barLine() moves while the mission does not say how far it is", () => {
  const at = (elapsedMs: number) => barLine({ ...STATE, elapsedMs }, 80, plain);
  assertEquals(at(0), `▕████${" ".repeat(20)}▏      0:00 running`);
  assertEquals(at(240), `▕  ████${" ".repeat(18)}▏      0:00 running`);
  assertEquals(at(3_600_000).includes("1:00:00"), true);
});

Deno.test("barLine() fits the terminal and lets no control character through", () => {
  const state = { ...STATE, value: 0.5, message: `a\x1b[2Jb${"漢".repeat(100)}` };
  const line = barLine(state, 60, plain);
  assertEquals(line.includes("\x1b"), false);
  const columns = [...line].reduce((sum, letter) => sum + (letter === "漢" ? 2 : 1), 0);
  assertEquals(columns <= 60, true, `${columns} columns`);
});
