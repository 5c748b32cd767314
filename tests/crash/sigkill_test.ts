import { assert, assertEquals } from "@std/assert";
import { ownTest } from "../contract/harness.ts";
import { sigkill } from "./sigkill.ts";

ownTest(
  "three kills under load: what was acknowledged is there once, done or lost, and ran at most once",
  async () => {
    const figures = await sigkill({ kills: 3 });
    assertEquals(figures.problems, []);
    // Each round has accepted more than the lanes can have lost.
    assert(figures.success > 0, JSON.stringify(figures));
  },
);
