import { assert, assertEquals } from "@std/assert";
import { ownTest } from "../contract/harness.ts";
import { sigkill } from "./sigkill.ts";

ownTest(
  "three kills under load: what was acknowledged is there once, done or lost, and ran at most once",
  async () => {
    const figures = await sigkill({ kills: 3 });
    assertEquals(figures.problems, []);
    assert(figures.acknowledged > 20 && figures.success > 10, JSON.stringify(figures));
  },
);
