import { assertEquals } from "@std/assert";
import { OWN } from "../contract/harness.ts";
import { type Rest, soak } from "./soak.ts";

Deno.test({
  name:
    "after missions, kills, broken requests, slow readers and restarts a dugdale holds at rest what it held before",
  ignore: !OWN || Deno.build.os !== "linux",
  fn: async () => {
    const rests: Rest[] = [];
    const onRest = (rest: Rest): void => void rests.push(rest);
    const problems = await soak({
      missions: 300,
      first: 100,
      restartEvery: 100,
      restEvery: 300,
      kept: "10s",
      onRest,
    });
    assertEquals(problems, []);
    assertEquals(rests.map(({ missions }) => missions), [100, 300]);
  },
});
