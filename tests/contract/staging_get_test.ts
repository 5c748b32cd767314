import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Reply, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, daemonTest, sharedDugdale } from "./harness.ts";

const dugdale = sharedDugdale();
const CONTENT = Array.from({ length: 1000 }, (_, index) => String(index).padStart(5, ".")).join("");
const SIZE = CONTENT.length;
const get = (id: string, headers: Record<string, string> = {}): Promise<Reply> =>
  dugdale.get(`/v1/staging/${id}`, { as: "dispatch", headers });

Deno.test("HEAD and GET refuse an invalid id and an unknown file", async () => {
  assertProblem(await get("x"), 400, "bad_request");
  assertProblem(await get(newId()), 404, "not_found");
  for (const [id, status] of [["x", 400], [newId(), 404]] as const) {
    const reply = await dugdale.call("HEAD", `/v1/staging/${id}`);
    assertEquals([reply.status, reply.text], [status, ""]);
  }
});

Deno.test("GET of a whole file has its bytes, size and digest", async () => {
  const id = await dugdale.stage(CONTENT);
  const before = Math.floor(Date.now() / 1000) * 1000;
  const { status, text, headers } = await get(id);
  assertEquals([status, text], [200, CONTENT]);
  assertEquals(headers.get("content-type"), "application/octet-stream");
  assertEquals(headers.get("x-letts-sha256"), await sha256(CONTENT));
  assertEquals([headers.get("content-length"), headers.get("accept-ranges")], [String(SIZE), "bytes"]);
  const modified = headers.get("last-modified") ?? "";
  assertMatch(modified, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  assert(Math.abs(Date.parse(modified) - before) < 60_000);
  assertEquals(headers.get("etag"), null);
});

const RANGES: readonly (readonly [range: string, start: number, end: number])[] = [
  ["bytes=0-0", 0, 1],
  ["bytes=0-99", 0, 100],
  ["bytes=4990-", 4990, SIZE],
  ["bytes=-10", SIZE - 10, SIZE],
  ["bytes=100-999999", 100, SIZE],
  ["bytes=-999999", 0, SIZE],
  ["bytes= 5-9 ", 5, 10],
];
for (const [range, start, end] of RANGES) {
  Deno.test(`GET with ${range} answers the documented part`, async () => {
    const { status, text, headers } = await get(await dugdale.stage(CONTENT), { range });
    assertEquals([status, text], [206, CONTENT.slice(start, end)]);
    assertEquals(headers.get("content-range"), `bytes ${start}-${end - 1}/${SIZE}`);
    assertEquals(headers.get("content-length"), String(end - start));
  });
}

Deno.test("GET with a range beyond the file is 416", async () => {
  const id = await dugdale.stage(CONTENT);
  for (const range of [`bytes=${SIZE}-`, "bytes=99999-100000"]) {
    const { status, headers } = await get(id, { range });
    assertEquals([status, headers.get("content-range")], [416, `bytes */${SIZE}`]);
  }
});

daemonTest("GET with several ranges answers them as parts", async () => {
  const { status, text, headers } = await get(await dugdale.stage(CONTENT), { range: "bytes=0-4,10-14" });
  assertEquals(status, 206);
  const boundary = /^multipart\/byteranges; boundary=(\S+)$/.exec(headers.get("content-type") ?? "")?.[1] ??
    "";
  const parts = text.split(`--${boundary}`);
  assertEquals([parts.length, parts[3]?.trim()], [4, "--"]);
  for (const [index, range] of [[1, "bytes 0-4/"], [2, "bytes 10-14/"]] as const) {
    const [head = "", body] = (parts[index] ?? "").split("\r\n\r\n");
    assert(head.toLowerCase().includes(`content-range: ${range}${SIZE}`), head);
    assertEquals(body, `${range === "bytes 0-4/" ? CONTENT.slice(0, 5) : CONTENT.slice(10, 15)}\r\n`);
  }
});

daemonTest("GET honours conditions on the modification time", async () => {
  const id = await dugdale.stage(CONTENT);
  const modified = (await get(id)).headers.get("last-modified") ?? "";
  const earlier = "Mon, 01 Jan 2001 00:00:00 GMT", later = "Fri, 01 Jan 2100 00:00:00 GMT";
  const cases: [Record<string, string>, number][] = [
    [{ "if-modified-since": modified }, 304],
    [{ "if-modified-since": later }, 304],
    [{ "if-modified-since": earlier }, 200],
    [{ "if-modified-since": "nonsense" }, 200],
    [{ "if-unmodified-since": earlier }, 412],
    [{ "if-unmodified-since": modified }, 200],
    [{ "if-range": modified, range: "bytes=0-9" }, 206],
    [{ "if-range": earlier, range: "bytes=0-9" }, 200],
  ];
  for (const [headers, expected] of cases) {
    const { status, text } = await get(id, headers);
    assertEquals(status, expected, JSON.stringify(headers));
    if (status === 304) assertEquals(text, "");
  }
});

Deno.test("GET of a large file serves slow readers and readers that disconnect", async () => {
  const bytes = new Uint8Array(8 * 1024 * 1024).map((_, index) => index * 31 >> 3);
  const id = await dugdale.stage(bytes), digest = await sha256(bytes);
  for (let reader = 0; reader < 5; reader++) {
    const response = await dugdale.open("GET", `/v1/staging/${id}`);
    const body = response.body?.getReader();
    await body?.read();
    await body?.cancel();
  }
  const readers = Array.from({ length: 4 }, async () => {
    const response = await dugdale.open("GET", `/v1/staging/${id}`);
    return await sha256(await response.bytes());
  });
  assertEquals(await Promise.all(readers), Array(4).fill(digest));
});
