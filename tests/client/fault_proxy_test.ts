import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { toBytes } from "@std/streams";
import { type LettsClient, LettsError, NetworkError } from "../../client/mod.ts";
import { FakeDugdale } from "../../testing/mod.ts";
import { type Break, FaultProxy } from "./fault_proxy.ts";
import { ID, openClient } from "./scripted.ts";

const CONTENT = new Uint8Array(200_000).fill(7);
/** Long enough for a busy machine, since the connections after a silent one must not run into it. */
const SILENCE_MS = 3000;

const PLACES: readonly Omit<Break, "how">[] = [
  { side: "request", part: "head", afterBytes: 0 },
  { side: "request", part: "head", afterBytes: 20 },
  { side: "request", part: "body", afterBytes: 1000 },
  { side: "answer", part: "head", afterBytes: 0 },
  { side: "answer", part: "head", afterBytes: 20 },
  { side: "answer", part: "body", afterBytes: 1 },
];
const BREAKS: readonly Break[] = PLACES.flatMap((place) =>
  (["reset", "end", "silence"] as const).map((how) => ({ ...place, how }))
);

/** A client behind a proxy, in front of a dugdale that knows the mission `m`. */
interface Faulty extends AsyncDisposable {
  readonly client: LettsClient;
  /** A client that does not go through the proxy. */
  readonly direct: LettsClient;
  readonly proxy: FaultProxy;
  readonly dugdale: FakeDugdale;
  /** An empty folder. */
  readonly folder: string;
}

async function openFaulty(...breaks: readonly (Break | undefined)[]): Promise<Faulty> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const dugdale = new FakeDugdale().on("m", ({ output }) => (output("copy", CONTENT), { made: 1 }));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => dugdale.handle(request),
  );
  stack.defer(() => server.shutdown());
  const proxy = stack.use(await FaultProxy.open(server.addr.port, ...breaks));
  stack.defer(() => proxy.left());
  const client = stack.use(
    await openClient([proxy], { requestTimeoutMs: SILENCE_MS, stream: { reconnectMs: SILENCE_MS } }),
  );
  const direct = stack.use(await openClient([server.addr]));
  const open = stack.move();
  return { client, direct, proxy, dugdale, folder, [Symbol.asyncDispose]: () => open.disposeAsync() };
}

const show = ({ side, part, afterBytes, how }: Break): string =>
  `${how} after ${afterBytes} bytes of the ${side}'s ${part}`;

/** Runs a case for each break, all at once: most of the time is silence. */
async function forEachBreak(breaks: readonly Break[], work: (fault: Break) => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(breaks.map(work));
  const failed = results.flatMap((result, index) => {
    const fault = breaks[index];
    return result.status === "rejected" && fault ? [`${show(fault)}: ${result.reason}`] : [];
  });
  assertEquals(failed, []);
}

async function failure(call: Promise<unknown>): Promise<LettsError> {
  const error = await call.then(() => undefined, (caught: unknown) => caught);
  assertInstanceOf(error, LettsError);
  return error;
}

const bytes = (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => toBytes(stream);

const codeOf = ({ how }: Break): string => how === "silence" ? "timeout" : "network";

Deno.test("dispatch() makes one mission, wherever its first connection breaks", () =>
  forEachBreak(BREAKS, async (fault) => {
    await using faulty = await openFaulty(fault);
    const { missionId } = await faulty.client.dispatch({ route: "r" }, {
      mission: "m",
      missionId: ID,
      input: "x".repeat(5000),
    });
    assertEquals([missionId, faulty.dugdale.missions.length, faulty.proxy.accepted], [ID, 1, 2]);
  }));

Deno.test("dispatch() reports a network error when all its connections break", () =>
  forEachBreak(BREAKS, async (fault) => {
    await using faulty = await openFaulty(fault, fault, fault);
    const input = "x".repeat(5000);
    const error = await failure(faulty.client.dispatch({ route: "r" }, { mission: "m", input }));
    assertInstanceOf(error, NetworkError);
    assertEquals([error.code, error.host, error.retryable], [codeOf(fault), "s1", true]);
    assertEquals(faulty.proxy.accepted, 3);
    assert(faulty.dugdale.missions.length <= 1);
  }));

Deno.test("upload() brings the whole file there, wherever its first connection breaks", () =>
  forEachBreak(BREAKS, async (fault) => {
    await using faulty = await openFaulty(undefined, fault);
    const { staging_id } = await faulty.client.upload("s1", CONTENT);
    // Asked a second time how far the file is, since the first connection for its bytes broke.
    assertEquals(faulty.dugdale.requests.filter((request) => request.startsWith("HEAD")).length, 2);
    assertEquals(await bytes(await faulty.direct.download("s1", staging_id)), CONTENT);
  }));

Deno.test("saveDownload() leaves no file and no connection behind, wherever its connections break", () =>
  forEachBreak(BREAKS.filter(({ side }) => side === "answer"), async (fault) => {
    await using faulty = await openFaulty(...Array(3).fill(fault));
    const { staging_id } = await faulty.direct.upload("s1", CONTENT);
    const path = `${faulty.folder}/report`;
    const error = await failure(faulty.client.saveDownload("s1", staging_id, path));
    assertEquals(error.code, codeOf(fault));
    assertEquals([...Deno.readDirSync(faulty.folder)], []);
  }));

Deno.test("run() finishes, wherever its first connection breaks", () =>
  forEachBreak(BREAKS, async (fault) => {
    await using faulty = await openFaulty(fault);
    const result = await faulty.client.run({ route: "r" }, { mission: "m", outputsTo: faulty.folder });
    assertEquals([result.return, faulty.dugdale.missions.length], [{ made: 1 }, 1]);
    assertEquals(await Deno.readFile(`${faulty.folder}/copy`), CONTENT);
  }));

Deno.test("follow() reports each event once, or gives up, wherever its connections break", () => {
  // Its request has no body, and silence is no break for it: a mission may say nothing for hours.
  const breaks = BREAKS.filter(({ side, part, how }) =>
    how !== "silence" && `${side} ${part}` !== "request body"
  );
  return forEachBreak(breaks, async (fault) => {
    await using once = await openFaulty(fault);
    const ref = await once.direct.dispatch({ route: "r" }, { mission: "m" });
    const events = await Array.fromAsync(once.client.follow(ref));
    assertEquals([events.map(({ seq }) => seq), once.proxy.accepted], [[1, 2, 3], 2]);
    await using always = await openFaulty(...Array(100).fill(fault));
    const lost = await always.direct.dispatch({ route: "r" }, { mission: "m" });
    const error = await failure(Array.fromAsync(always.client.follow(lost)));
    assertEquals(error.code, "stream_given_up");
    assertEquals(always.proxy.accepted > 1, true, "it was tried again");
  });
});
