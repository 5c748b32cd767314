import { assert, assertEquals } from "@std/assert";
import { told } from "./shell_missions.ts";
import { newId } from "./ids.ts";
import { apply, assertProblem, daemonTest, MISSIONS, ownTest, sharedDugdale, STATE } from "./harness.ts";

const dugdale = sharedDugdale();

Deno.test("output checks id, stream, unknown mission and deleted mission in that order", async () => {
  const id = await dugdale.queue("silent.sh");
  await dugdale.done(id);
  assertProblem(await dugdale.get("/v1/missions/x/output?stream=nothing"), 400, "invalid_id");
  for (const query of ["", "?stream=", "?stream=stdin", "?stream=STDOUT", "?stream=stdout,stderr"]) {
    assertProblem(await dugdale.get(`/v1/missions/${id}/output${query}`), 400, "bad_request");
    assertProblem(await dugdale.get(`/v1/missions/${newId()}/output${query}`), 400, "bad_request");
  }
  assertProblem(await dugdale.get(`/v1/missions/${newId()}/output?stream=stdout`), 404, "not_found");
  await dugdale.call("DELETE", `/v1/missions/${id}`);
  assertProblem(await dugdale.get(`/v1/missions/${id}/output?stream=stdout`), 410, "mission_deleting");
});

daemonTest("stdout and stderr are the bytes that were printed", async () => {
  const commands = "printf 'out\\0\\377\\n'; printf 'err' >&2; echo more";
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  const response = await dugdale.open("GET", `/v1/missions/${id}/output?stream=stdout`);
  assertEquals(response.headers.get("content-type"), "application/octet-stream");
  assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  assertEquals([...await response.bytes()], [
    ...new TextEncoder().encode("out\0"),
    0xff,
    ...new TextEncoder().encode("\nmore\n"),
  ]);
  assertEquals(await dugdale.output(id, "stderr"), "err");
});

daemonTest("combined has one object for each chunk, in the order of printing", async () => {
  const commands = "printf one; sleep 0.05; printf two >&2; sleep 0.05; printf 'thr\\303\\244\\n'";
  const before = Date.now();
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  const { headers, text } = await dugdale.get(`/v1/missions/${id}/output?stream=combined`);
  assertEquals(headers.get("content-type"), "application/x-ndjson");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  const chunks = text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
  assertEquals(chunks.map(({ stream, data }) => [stream, data]), [
    ["stdout", "one"],
    ["stderr", "two"],
    ["stdout", "thrä\n"],
  ]);
  assertEquals(Object.keys(chunks[0]).sort(), ["data", "stream", "t"]);
  const times = chunks.map(({ t }) => t);
  assert(times.every((t) => Number.isInteger(t) && t >= before && t <= Date.now()));
  assertEquals(times, [...times].sort());
});

daemonTest("a chunk that is not UTF-8, or ends within a character, is combined as base64", async () => {
  const commands = "printf 'a\\377b'; sleep 0.05; printf '\\303'; sleep 0.05; printf '\\244'";
  const id = await dugdale.queue("obeys.sh", { input: told(commands) });
  await dugdale.done(id);
  const chunks = (await dugdale.output(id, "combined")).split("\n").slice(0, -1).map((line) =>
    JSON.parse(line)
  );
  assertEquals(chunks.map(({ data, encoding }) => [data, encoding]), [
    ["Yf9i", "base64"],
    ["ww==", "base64"],
    ["pA==", "base64"],
  ]);
  assertEquals(await dugdale.output(id, "stdout"), "a\ufffdbä");
});

daemonTest("a byte order mark is a character like others", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told("printf '\\357\\273\\277x'") });
  await dugdale.done(id);
  const [line = ""] = (await dugdale.output(id, "combined")).split("\n");
  assertEquals(JSON.parse(line).data, "\ufeffx");
});

Deno.test("a mission that printed nothing has empty outputs, before and after its end", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("silent.sh", { lane: "held" });
  for (const stream of ["stdout", "stderr", "combined"]) assertEquals(await dugdale.output(id, stream), "");
  await dugdale.post("/v1/admin/lanes/held/continue");
  await dugdale.done(id);
  for (const stream of ["stdout", "stderr", "combined"]) {
    assertEquals((await dugdale.get(`/v1/missions/${id}/output?stream=${stream}`)).status, 200);
    assertEquals(await dugdale.output(id, stream), "");
    assertEquals((await dugdale.get(`/v1/missions/${id}/output?stream=${stream}&follow=true`)).text, "");
  }
  await apply(dugdale, STATE);
});

daemonTest("follow from the queue on sends everything and ends with the mission", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const id = await dugdale.queue("obeys.sh", {
    lane: "held",
    input: told("for i in 1 2 3 4 5; do echo $i; sleep 0.03; done"),
  });
  const followed = ["stdout", "stderr", "combined"].map((stream) =>
    dugdale.open("GET", `/v1/missions/${id}/output?stream=${stream}&follow=true`)
  );
  // Their headers come while the mission still waits.
  const [stdout, stderr, combined] = await Promise.all(followed);
  await dugdale.post("/v1/admin/lanes/held/continue");
  assertEquals(await stdout?.text(), "1\n2\n3\n4\n5\n");
  assertEquals(await stderr?.text(), "");
  assertEquals((await combined?.text())?.match(/"data":"\d\\n"/g)?.length, 5);
  assertEquals((await dugdale.record(id)).status, "done");
  await apply(dugdale, STATE);
});

ownTest("follow sends what is printed at once", async () => {
  const gate = await Deno.makeTempFile({ prefix: "letts-contract-gate-" });
  await Deno.remove(gate);
  const id = await dugdale.queue("obeys.sh", {
    input: { ...told(`echo first; until [ -e ${gate} ]; do sleep 0.02; done; echo second`) },
  });
  const response = await dugdale.open("GET", `/v1/missions/${id}/output?stream=stdout&follow=true`);
  let text = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text === "first\n") await Deno.writeTextFile(gate, "");
  }
  assertEquals(text, "first\nsecond\n");
  await Deno.remove(gate);
});

Deno.test("follow of a mission that is killed in the queue ends", async () => {
  await apply(dugdale, { mission_dir: MISSIONS, lanes: { held: { concurrency: 1, paused: true } } });
  const ids = await Promise.all([1, 2].map(() => dugdale.queue("silent.sh", { lane: "held" })));
  const followed = await Promise.all(
    ids.map((id) => dugdale.open("GET", `/v1/missions/${id}/output?stream=stdout&follow=true`)),
  );
  await dugdale.post(`/v1/missions/${ids[0]}/kill`);
  await dugdale.call("DELETE", `/v1/missions/${ids[1]}`);
  for (const response of followed) assertEquals(await response.text(), "");
  await apply(dugdale, STATE);
});

Deno.test("a large output arrives whole, also for a reader who waits", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told("seq 1 8000") });
  const slow = await dugdale.open("GET", `/v1/missions/${id}/output?stream=stdout&follow=true`);
  await dugdale.done(id);
  const expected = Array.from({ length: 8000 }, (_, index) => `${index + 1}\n`).join("");
  assertEquals(await dugdale.output(id, "stdout"), expected);
  assertEquals(await slow.text(), expected);
});

Deno.test("a reader that disconnects in the middle disturbs no other", async () => {
  const id = await dugdale.queue("obeys.sh", { input: told("seq 1 3000; sleep 0.2; seq 1 3000") });
  for (let reader = 0; reader < 10; reader++) {
    const response = await dugdale.open("GET", `/v1/missions/${id}/output?stream=stdout&follow=true`);
    const bytes = response.body?.getReader();
    await bytes?.read();
    await bytes?.cancel();
  }
  assertEquals((await dugdale.done(id)).outcome, "success");
  assertEquals((await dugdale.output(id, "stdout")).split("\n").length, 6001);
});
