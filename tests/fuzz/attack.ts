import { connect } from "../contract/raw_http.ts";
import type { Random } from "./random.ts";
import { randomRequest, type RawRequest } from "./requests.ts";

/** What came of one connection. */
export interface Attack {
  readonly requests: number;
  /** Status of each answer, in order. */
  readonly statuses: readonly number[];
  /** What should not have happened; undefined when all is well. */
  readonly problem: string | undefined;
}

const ANSWER_MS = 10_000;

/** Opens a connection, sends one request or a few, whole or in pieces, and reads for a while or leaves at once. */
export async function attack(url: string, random: Random): Promise<Attack> {
  const requests: RawRequest[] = [randomRequest(random)];
  while (random.chance(0.3)) requests.push(randomRequest(random));
  using connection = await connect(url);
  const hasty = random.chance(0.15);
  const first = requests[0];
  const must = !hasty && requests.length === 1 && first?.whole === true;
  const patienceMs = must ? ANSWER_MS : random.below(150);
  const replies = hasty ? Promise.resolve("") : readFor(connection, patienceMs, must);
  try {
    for (const { bytes } of requests) await writePieces(connection, bytes, random);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
  const text = await replies;
  const statuses = [...text.matchAll(/(?:^|\n|\})HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]));
  const sent = (): string =>
    requests.map(({ bytes }) => JSON.stringify(new TextDecoder().decode(bytes).slice(0, 1500))).join("\n");
  let problem: string | undefined;
  // A broken chunk looks like a broken connection, which is a 500 by specification, though the connection is mostly gone by then.
  const brokenUpload = text.includes('"io_error"') && !requests.every(({ whole }) => whole);
  if (statuses.includes(500) && !brokenUpload) problem = `500\n${sent()}\n${text.slice(0, 500)}`;
  else if (must && text === NO_ANSWER) problem = `no answer\n${sent()}`;
  return { requests: requests.length, statuses, problem };
}

const NO_ANSWER = "no answer";

async function writePieces(connection: Deno.TcpConn, bytes: Uint8Array, random: Random): Promise<void> {
  const inPieces = random.chance(0.3);
  for (let rest = bytes; rest.length > 0;) {
    const size = inPieces ? 1 + random.below(rest.length) : rest.length;
    rest = rest.subarray(await connection.write(rest.subarray(0, size)));
  }
}

/** Reads until the end, for so long, or, when one answer is enough, until its head is there. */
async function readFor(connection: Deno.TcpConn, ms: number, one: boolean): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  const late = Promise.withResolvers<null>();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    late.resolve(null);
  }, ms);
  let text = "";
  try {
    for (;;) {
      // A read that is still waiting gets no answer: the connection is closed soon.
      const read = connection.read(buffer).catch((error) => {
        if (isGone(error)) return null;
        throw error;
      });
      const size = await Promise.race([read, late.promise]);
      if (size === null) break;
      text += decoder.decode(buffer.subarray(0, size), { stream: true });
      if (one && text.includes("\r\n\r\n")) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return one && isLate && text === "" ? NO_ANSWER : text;
}

/** The other side has closed, or this side has while it was reading. */
function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource;
}
