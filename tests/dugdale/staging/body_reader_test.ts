import { assertEquals, assertRejects } from "@std/assert";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import {
  BodyIdleError,
  BodyLostError,
  BodyReader,
  BodyStoppedError,
} from "../../../dugdale/staging/body_reader.ts";
import { HandClock } from "../hand_clock.ts";
import { bytes } from "./area.ts";

const data = bytes(1000);
const clock = new HandClock();

/** A body that gives some chunks and then does what it is told. */
function body(chunks: number, then: "close" | "fail" | "wait", type?: "bytes"): ReadableStream<Uint8Array> {
  let given = 0;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController) => {
    if (given++ < chunks) return controller.enqueue(data.slice());
    if (then === "fail") return controller.error(new Deno.errors.BadResource("gone"));
    if (then === "wait") return new Promise<void>(() => {});
    controller.close();
    if ("byobRequest" in controller) controller.byobRequest?.respond(0);
  };
  return type === undefined ? new ReadableStream({ pull }) : new ReadableStream({ pull, type });
}

async function readAll(reader: BodyReader): Promise<number> {
  let count = 0;
  for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
    assertEquals(chunk, data.subarray(0, chunk.length));
    count += chunk.length;
  }
  return count;
}

for (const type of [undefined, "bytes"] as const) {
  const kind = type === "bytes" ? "a stream of bytes" : "any other stream";

  Deno.test(`BodyReader reads ${kind} to its end`, async () => {
    using reader = new BodyReader(body(5, "close", type), { idleMs: 0, clock });
    assertEquals(await readAll(reader), 5000);
  });

  Deno.test(`BodyReader asks ${kind} for no more than was announced`, async () => {
    using reader = new BodyReader(body(2, "fail", type), { length: 2000, idleMs: 0, clock });
    assertEquals(await readAll(reader), 2000);
  });

  Deno.test(`BodyReader tells when ${kind} breaks off`, async () => {
    using reader = new BodyReader(body(2, "fail", type), { length: 3000, idleMs: 0, clock });
    await assertRejects(() => readAll(reader), BodyLostError);
  });

  Deno.test(`BodyReader ends the read of ${kind} when no byte has arrived for its idle time`, async () => {
    using reader = new BodyReader(body(2, "wait", type), { length: 3000, idleMs: 60_000, clock });
    assertEquals([(await reader.read())?.length, (await reader.read())?.length], [1000, 1000]);
    const reading = reader.read();
    clock.advance(60_000);
    await assertRejects(() => reading, BodyIdleError);
    assertEquals(clock.delays, []);
  });

  Deno.test(`BodyReader.stop() ends the read of ${kind} that waits`, async () => {
    using reader = new BodyReader(body(0, "wait", type), { length: 3000, idleMs: 0, clock });
    const reading = reader.read();
    const problem = new ProblemError("draining", "first");
    reader.stop(problem);
    reader.stop(new ProblemError("internal", "second"));
    assertEquals((await assertRejects(() => reading, BodyStoppedError)).problem, problem);
    await assertRejects(() => reader.read(), BodyStoppedError, "first");
  });
}

Deno.test("BodyReader reads nothing from no body", async () => {
  using reader = new BodyReader(null, { idleMs: 0, clock });
  assertEquals(await reader.read(), undefined);
});
