import { assertEquals, assertRejects } from "@std/assert";
import { readBody } from "../../../dugdale/http/body.ts";
import { ProblemError } from "../../../dugdale/problem_error.ts";
import { HandClock } from "../hand_clock.ts";

const encoder = new TextEncoder();

function request(body: ReadableStream<Uint8Array<ArrayBuffer>>, headers: HeadersInit = {}): Request {
  return new Request("http://x/", { method: "POST", body, headers });
}

Deno.test("readBody() joins what came, and refuses more than is allowed", async () => {
  const clock = new HandClock();
  const options = { limitBytes: 4, code: "bad_request", clock } as const;
  const parts = (...texts: string[]) => ReadableStream.from(texts.map((text) => encoder.encode(text)));
  assertEquals(new TextDecoder().decode(await readBody(request(parts("ab", "cd")), options)), "abcd");
  const error = await assertRejects(() => readBody(request(parts("ab", "cde")), options), ProblemError);
  assertEquals([error.code, error.details], ["payload_too_large", { limit_bytes: 4 }]);
});

Deno.test("readBody() reads a short body of known length in one piece, and refuses one that breaks off", async () => {
  const options = { limitBytes: 4, code: "bad_request", clock: new HandClock() } as const;
  const announced = (text: string, length: number) =>
    request(new Blob([text]).stream(), { "content-length": String(length) });
  assertEquals(new TextDecoder().decode(await readBody(announced("abcd", 4), options)), "abcd");
  for (const length of [3, 9]) {
    const error = await assertRejects(() => readBody(announced("ab", length), options), ProblemError);
    assertEquals(error.message, "the body is shorter than its Content-Length, or took too long");
  }
  const broken = new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (to) => to.error(new Error("gone")) });
  const error = await assertRejects(
    () => readBody(request(broken, { "content-length": "3" }), { ...options, code: "invalid_json" }),
    ProblemError,
    "the body ended early",
  );
  assertEquals(error.code, "invalid_json");
});

Deno.test("readBody() gives up after 30 s, with the code of the route", async () => {
  const clock = new HandClock();
  const never = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(encoder.encode("{")),
  });
  const reading = readBody(request(never, { "content-length": "2" }), {
    limitBytes: 9,
    code: "invalid_json",
    clock,
  });
  const refused = assertRejects(() => reading, ProblemError, "took too long");
  clock.advance(30_000);
  assertEquals(clock.delays, []);
  assertEquals((await refused).code, "invalid_json");
});
