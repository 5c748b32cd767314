import { assertEquals } from "@std/assert";
import { TerminalBytes, terminalText } from "../../../cli/output/terminal_text.ts";

const encoder = new TextEncoder();

Deno.test("terminalText() shows control characters as symbols, and lets colours, tabs and newlines through", () => {
  const cases: readonly (readonly [text: string, shown: string])[] = [
    ["plain ä 猫\n\tnext\r\n", "plain ä 猫\n\tnext\r\n"],
    ["\x1b[31mred\x1b[0m \x1b[38:5:1mx\x1b[m", "\x1b[31mred\x1b[0m \x1b[38:5:1mx\x1b[m"],
    ["\x1b]0;title\x07", "␛]0;title␇"],
    ["\x1b]52;c;cm0gLXJm\x1b\\", "␛]52;c;cm0gLXJm␛\\"],
    ["ok\x1b[1A\x1b[2Klie", "ok␛[1A␛[2Klie"],
    ["ok\rlie", "ok␍lie"],
    ["\x9b2J\x7f\x00", "\ufffd2J␡␀"],
    ["gpj.\u202eexe", "gpj.\ufffdexe"],
  ];
  for (const [text, shown] of cases) assertEquals(terminalText(text), shown);
});

Deno.test("TerminalBytes shows the same however its chunks are cut", () => {
  const sent = encoder.encode("猫\x1b[31mred\x1b[0m\x1b]0;x\x07\r\nend\x1b[2J\xe9");
  const shown = "猫\x1b[31mred\x1b[0m␛]0;x␇\r\nend␛[2J\xe9";
  for (let cut = 0; cut <= sent.length; cut++) {
    const bytes = new TerminalBytes();
    assertEquals(bytes.push(sent.subarray(0, cut)) + bytes.push(sent.subarray(cut)) + bytes.rest(), shown);
  }
  const begun = new TerminalBytes();
  assertEquals([begun.push(encoder.encode("x\x1b[3")), begun.rest()], ["x", "␛[3"]);
});
