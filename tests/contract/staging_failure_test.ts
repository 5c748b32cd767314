import { assertEquals } from "@std/assert";
import { until } from "./daemon.ts";
import { type Dugdale, type Reply, sha256 } from "./dugdale.ts";
import { newId } from "./ids.ts";
import { assertProblem, ownTest } from "./harness.ts";
import { connect, readReply, requestText, writeAll } from "./raw_http.ts";
import { Faulty, sharedFaulty } from "./faulty.ts";

const faulty = sharedFaulty();
const CONTENT = new Uint8Array(3_000_000).map((_, index) => index * 31 >> 3);
const DIGEST = await sha256(CONTENT);
const HEADERS = { "x-letts-sha256": DIGEST };

ownTest("PUT fails when the file cannot be created", async () => {
  const { dugdale, dataDir } = faulty();
  const id = newId();
  await Deno.rename(`${dataDir}/staging`, `${dataDir}/away`);
  await Deno.writeTextFile(`${dataDir}/staging`, "in the way");
  assertProblem(await put(dugdale, id), 500, "io_error");
  assertProblem(await put(dugdale, id), 500, "io_error");
  await Deno.remove(`${dataDir}/staging`);
  await Deno.rename(`${dataDir}/away`, `${dataDir}/staging`);
  await arrives(dugdale, id);
});

ownTest("PUT of a file that could not be written resumes at its last byte", async () => {
  const half = 1024 * 1024;
  // The system refuses to make any file longer than that.
  const before = `trap '' XFSZ; ulimit -S -f ${half / 512}`;
  await using faulty = await Faulty.start({}, { before });
  const id = newId();
  assertProblem(await put(faulty.dugdale, id), 500, "io_error");
  const received = await receivedOf(faulty.dugdale, id);
  assertEquals([received > 0, received <= half], [true, true]);
  assertProblem(await put(faulty.dugdale, id, received), 500, "io_error");
  await faulty.dugdale.stage("small ones still fit");
  await faulty.restart();
  await arrives(faulty.dugdale, id);
});

ownTest("PUT of a whole file that cannot be completed asks for its last byte again", async () => {
  const { dugdale } = faulty();
  const id = newId();
  {
    using _refusing = faulty().refusing("UPDATE ON staging_files WHEN NEW.state = 'complete'");
    assertProblem(await put(dugdale, id), 500, "db_error");
    assertEquals(await receivedOf(dugdale, id), CONTENT.length - 1);
    assertProblem(await put(dugdale, id, CONTENT.length - 1), 500, "db_error");
  }
  await arrives(dugdale, id);
});

ownTest("PUT resumes after the database was locked meanwhile", async () => {
  const { dugdale } = faulty();
  const id = newId();
  using connection = await connect(dugdale.url);
  const head = requestText("PUT", `/v1/staging/${id}`, {
    authorization: `Bearer ${dugdale.tokens.dispatch}`,
    "content-length": String(CONTENT.length),
    ...HEADERS,
  });
  await writeAll(connection, new TextEncoder().encode(head));
  await writeAll(connection, CONTENT.subarray(0, 1_000_000));
  await until(async () => await receivedOf(dugdale, id) === 1_000_000);
  {
    using _locked = faulty().locked();
    await writeAll(connection, CONTENT.subarray(1_000_000));
    const { status, body } = await readReply(connection);
    assertEquals([status, JSON.parse(body).error], [500, "db_error"]);
  }
  await arrives(dugdale, id);
});

ownTest("PUT whose beginning cannot be stored leaves nothing", async () => {
  const { dugdale } = faulty();
  const id = newId();
  {
    using _refusing = faulty().refusing("INSERT ON staging_files");
    assertProblem(await put(dugdale, id), 500, "db_error");
  }
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 404, "not_found");
  await arrives(dugdale, id);
});

ownTest("PUT of wrong content that cannot be removed at once is refused by the next request", async () => {
  const { dugdale } = faulty();
  const id = newId(), wrong = CONTENT.toReversed();
  {
    using _refusing = faulty().refusing("UPDATE ON staging_files WHEN NEW.state = 'deleting'");
    assertProblem(await put(dugdale, id, 0, wrong), 500, "db_error");
  }
  const received = await receivedOf(dugdale, id);
  assertProblem(await put(dugdale, id, received, wrong), 409, "content_mismatch");
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "deleting");
});

ownTest("GET of a file that cannot be opened is io_error, not not_found", async () => {
  const { dugdale } = faulty();
  const id = newId();
  await arrives(dugdale, id);
  const path = faulty().find(id);
  await Deno.remove(path);
  await Deno.symlink(path, path);
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 500, "io_error");
  await Deno.remove(path);
  assertProblem(await dugdale.get(`/v1/staging/${id}`), 410, "gone");
});

/** Sends the content from that byte on. */
function put(dugdale: Dugdale, id: string, start = 0, content: Uint8Array = CONTENT): Promise<Reply> {
  const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
  const headers = { ...HEADERS, ...(start > 0 ? range : {}) };
  return dugdale.call("PUT", `/v1/staging/${id}`, { as: "dispatch", headers, body: content.subarray(start) });
}

/** How much of an upload has come; 0 when there is none. */
async function receivedOf(dugdale: Dugdale, id: string): Promise<number> {
  const { headers } = await dugdale.call("HEAD", `/v1/staging/${id}`);
  return Number(headers.get("x-letts-bytes-received") ?? 0);
}

/** Goes on as clients do, from what the dugdale says that it has; the file is good then. */
async function arrives(dugdale: Dugdale, id: string): Promise<void> {
  const reply = await put(dugdale, id, await receivedOf(dugdale, id));
  assertEquals(reply.status, 201, reply.text);
  const response = await dugdale.open("GET", `/v1/staging/${id}`);
  assertEquals(await sha256(await response.bytes()), DIGEST);
}
