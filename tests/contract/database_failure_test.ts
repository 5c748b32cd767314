import { assertEquals } from "@std/assert";
import type { Reply } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { sharedSpoiled } from "./spoiled.ts";

const spoiled = sharedSpoiled();
const GOOD = { mission: "silent.sh", lane: "fast" };

ownTest("GET /v1/readyz row 4: the configuration cannot be read", async () => {
  const { dugdale } = spoiled();
  {
    using _gone = spoiled().without("applied");
    assertProblem(await dugdale.get("/v1/readyz", { as: "nobody" }), 503, "db_error");
    assertEquals((await dugdale.get("/v1/healthz")).status, 200);
  }
  assertEquals((await dugdale.get("/v1/readyz")).body.status, "ok");
});

ownTest("POST /v1/dispatch row 17: missions cannot be looked up", async () => {
  const { dugdale } = spoiled();
  const id = newId();
  await refusedThenDone("missions", () => dugdale.dispatch({ ...GOOD, id }), "db_error");
  assertEquals((await dugdale.done(id)).outcome, "success");
});

ownTest("POST /v1/dispatch rows 11 and 28: staged files cannot be looked up", async () => {
  const { dugdale } = spoiled();
  const id = newId(), files = [{ role: "data", staging_id: await dugdale.stage("content") }];
  await refusedThenDone("staging_files", () => dugdale.dispatch({ ...GOOD, id, files }), "db_error");
  assertEquals((await dugdale.done(id)).outcome, "success");
});

ownTest("POST /v1/dispatch row 28: the mission cannot be written", async () => {
  const { dugdale } = spoiled();
  const id = newId(), files = [{ role: "data", staging_id: await dugdale.stage("content") }];
  const send = (): Promise<Reply> => dugdale.dispatch({ ...GOOD, id, files });
  {
    using _refusing = spoiled().refusing("INSERT ON missions");
    assertProblem(await send(), 500, "db_error");
    assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
  }
  {
    // The mission is in by then, its files are not: all of it is undone.
    using _refusing = spoiled().refusing("INSERT ON mission_files");
    assertProblem(await send(), 500, "db_error");
    assertProblem(await dugdale.get(`/v1/missions/${id}`), 404, "not_found");
  }
  assertEquals((await send()).status, 202);
  assertEquals((await dugdale.done(id)).outcome, "success");
});

/** While the table is gone a request is refused with that code; the same request is good as soon as it is back. */
async function refusedThenDone(table: string, send: () => Promise<Reply>, code: string): Promise<void> {
  {
    using _gone = spoiled().without(table);
    assertProblem(await send(), 500, code);
  }
  assertEquals((await send()).status, 202);
}
