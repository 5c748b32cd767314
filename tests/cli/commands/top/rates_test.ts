import { assertEquals } from "@std/assert";
import { Rates, rateText, sparkline } from "../../../../cli/commands/top/rates.ts";
import { endedByLane, type HostSnapshot } from "../../../../cli/commands/top/snapshot.ts";

function look(all: number, failed = 0): HostSnapshot {
  const lane = { name: "normal", concurrency: 1, paused: false, queued: 0, running: 0 };
  return { host: "s1", lanes: [lane], running: [], ended: new Map([["normal", { all, failed }]]) };
}

Deno.test("ended missions are counted by lane over kinds and outcomes", () => {
  const ended = endedByLane(`# TYPE letts_missions_total counter
letts_missions_total{kind="mission",lane="a",outcome="success"} 7
letts_missions_total{kind="exec",lane="a",outcome="success"} 2
letts_missions_total{kind="mission",lane="a",outcome="failed"} 3
letts_missions_total{kind="mission",lane="b",outcome="lost"} 1
letts_lane_queued{lane="a"} 99
`);
  assertEquals(ended.get("a"), { all: 12, failed: 3 });
  assertEquals(ended.get("b"), { all: 1, failed: 1 });
});

Deno.test("a rate is the mean of the last five seconds, and the trend has every look", () => {
  const rates = new Rates();
  rates.add([look(0)], 0);
  assertEquals(rates.of("s1", "normal"), undefined);
  rates.add([look(1000)], 1000);
  rates.add([look(1000)], 2000);
  rates.add([look(1010, 5)], 7000);
  assertEquals(rates.of("s1", "normal"), { ended: 2, failed: 1, trend: [1000, 0, 2] });
  assertEquals(rates.total(), { ended: 2, failed: 1 });
});

Deno.test("a dugdale that counts from zero again has no negative rate", () => {
  const rates = new Rates();
  rates.add([look(50)], 0);
  rates.add([look(3)], 1000);
  assertEquals(rates.of("s1", "normal"), undefined);
  rates.add([look(5)], 2000);
  assertEquals(rates.of("s1", "normal")?.ended, 2);
});

Deno.test("a lane that is gone no longer counts", () => {
  const rates = new Rates();
  rates.add([look(0)], 0);
  rates.add([look(10)], 1000);
  rates.add([{ host: "s1", lanes: [], running: [], ended: new Map() }], 2000);
  assertEquals(rates.total(), undefined);
});

Deno.test("a sparkline is as high as its greatest number, and flat without one", () => {
  assertEquals(sparkline([0, 1, 4, 8], 10), "▁▂▅█");
  assertEquals(sparkline([9, 1, 2], 2), "▅█");
  assertEquals(sparkline([0, 0], 10), "▁▁");
});

Deno.test("rates are short to read", () => {
  assertEquals([0, 0.01, 0.25, 12.34, 1234.5].map(rateText), ["0", "<0.1", "0.3", "12.3", "1235"]);
});
