/** Databases on free ports of this machine, for as long as a test needs them. @module */
import { BSON } from "mongodb";

/** Whether a program is there. */
export function hasProgram(name: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${name}`], stdout: "null" }).outputSync().success;
}

/** Why no Redis can be started here; undefined when one can. */
export function noRedis(): string | undefined {
  return hasProgram("redis-server") && hasProgram("redis-cli") ? undefined : "no Redis";
}

/** A database that a test has started. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
}

/** A redis-server in a folder of its own; it listens on a Unix socket too, which tells that it is there. */
export async function openRedis(): Promise<TestServer> {
  const folder = await Deno.makeTempDir({ prefix: "letts-redis-" });
  for (;;) {
    const port = freePort();
    const args = [
      "--port",
      `${port}`,
      "--bind",
      "127.0.0.1",
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    const child = new Deno.Command("redis-server", { args, stdout: "piped", stderr: "null" }).spawn();
    const output = child.stdout.pipeThrough(new TextDecoderStream());
    let ready = false;
    for await (const text of output.values({ preventCancel: true })) {
      ready = text.includes("Ready to accept connections");
      if (ready) break;
    }
    const rest = output.pipeTo(new WritableStream());
    const close = async (): Promise<void> => {
      child.kill("SIGKILL");
      await child.status;
      await rest;
    };
    if (!ready) {
      // Another program has taken the port meanwhile.
      await child.status;
      await rest;
      continue;
    }
    return {
      url: `redis://127.0.0.1:${port}/0`,
      [Symbol.asyncDispose]: async () => {
        await close();
        await Deno.remove(folder, { recursive: true });
      },
    };
  }
}

const POSTGRES_BIN = [
  "",
  "/usr/lib/postgresql/17/bin/",
  "/usr/lib/postgresql/16/bin/",
  "/usr/lib/postgresql/15/bin/",
];

/** Why no PostgreSQL can be started here; undefined when one can. */
export function noPostgres(): string | undefined {
  if (postgresBin() === undefined || !hasProgram("psql")) return "no PostgreSQL";
  if (Deno.uid() === 0 && !hasProgram("setpriv")) return "PostgreSQL does not run as root";
  return undefined;
}

function postgresBin(): string | undefined {
  return POSTGRES_BIN.find((path) => hasProgram(`${path}initdb`) && hasProgram(`${path}postgres`));
}

/** A PostgreSQL in a folder of its own. It refuses to run as root, and then runs as another user. */
export async function openPostgres(): Promise<TestServer> {
  const bin = postgresBin() ?? "";
  const folder = await Deno.makeTempDir({ prefix: "letts-postgres-" });
  const isRoot = Deno.uid() === 0;
  const user = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : [];
  if (isRoot) await Deno.chown(folder, 65534, 65534);
  const data = `${folder}/data`;
  const command = (words: readonly string[], stdout: "null" | "piped" = "null") => {
    const [program = "", ...args] = [...user, ...words];
    return new Deno.Command(program, { args, cwd: folder, env: { LC_ALL: "C" }, stdout, stderr: "piped" });
  };
  const made = await command([`${bin}initdb`, "-D", data, "-U", "letts", "-A", "trust", "-N"]).output();
  if (!made.success) throw new Error(new TextDecoder().decode(made.stderr));
  for (;;) {
    const port = freePort();
    const settings = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`];
    const child = command([`${bin}postgres`, "-D", data, "-p", `${port}`, "-F", ...settings]).spawn();
    const output = child.stderr.pipeThrough(new TextDecoderStream());
    let ready = false;
    for await (const text of output.values({ preventCancel: true })) {
      ready = text.includes("ready to accept connections");
      if (ready) break;
    }
    const rest = output.pipeTo(new WritableStream());
    if (!ready) {
      await child.status;
      await rest;
      continue;
    }
    return {
      url: `postgres://letts@127.0.0.1:${port}/postgres`,
      [Symbol.asyncDispose]: async () => {
        child.kill("SIGINT");
        await child.status;
        await rest;
        await Deno.remove(folder, { recursive: true });
      },
    };
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

type Document = Record<string, unknown>;

/** What a client has asked a {@linkcode MongoStandIn} for. */
export interface MongoStandIn extends TestServer {
  /** Documents by collection and id. */
  readonly documents: Map<string, Document>;
  readonly indexes: Document[];
}

/** As much of MongoDB's wire protocol as a sink needs: it keeps documents by their ids. */
export function openMongo(): MongoStandIn {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const documents = new Map<string, Document>();
  const indexes: Document[] = [];
  const connections = new Set<Deno.Conn>();
  const serve = async (connection: Deno.Conn): Promise<void> => {
    connections.add(connection);
    try {
      for (let request; (request = await readMessage(connection)) !== undefined;) {
        const reply = answer(request.command, request.sections);
        await writeAll(connection, replyBytes(request, reply));
      }
    } catch {
      // The client has gone, or the test is over.
    } finally {
      connections.delete(connection);
      try {
        connection.close();
      } catch {
        // It was closed with the stand-in.
      }
    }
  };
  function answer(command: Document, sections: Map<string, Document[]>): Document {
    const { $db } = command;
    if ("hello" in command || "ismaster" in command || "isMaster" in command) {
      return {
        ok: 1,
        helloOk: true,
        ismaster: true,
        isWritablePrimary: true,
        maxBsonObjectSize: 16777216,
        maxMessageSizeBytes: 48000000,
        maxWriteBatchSize: 100000,
        minWireVersion: 0,
        maxWireVersion: 21,
        readOnly: false,
      };
    }
    if ("update" in command) {
      const updates = sections.get("updates") ?? command.updates as Document[];
      for (const { q, u } of updates) {
        const { _id } = q as Document;
        documents.set(`${$db}.${command.update}/${_id}`, { _id, ...u as Document });
      }
      return { ok: 1, n: 1, nModified: 1 };
    }
    if ("find" in command) {
      const { _id } = command.filter as Document;
      const found = documents.get(`${$db}.${command.find}/${_id}`);
      const firstBatch = found === undefined ? [] : [found];
      return { ok: 1, cursor: { id: BSON.Long.fromNumber(0), ns: `${$db}.${command.find}`, firstBatch } };
    }
    if ("createIndexes" in command) indexes.push(...command.indexes as Document[]);
    return { ok: 1 };
  }
  const serving = (async () => {
    const all: Promise<void>[] = [];
    for await (const connection of listener) all.push(serve(connection));
    await Promise.all(all);
  })();
  return {
    url: `mongodb://127.0.0.1:${listener.addr.port}/?directConnection=true`,
    documents,
    indexes,
    [Symbol.asyncDispose]: async () => {
      listener.close();
      for (const connection of connections) connection.close();
      await serving;
    },
  };
}

interface Message {
  readonly id: number;
  readonly legacy: boolean;
  readonly command: Document;
  readonly sections: Map<string, Document[]>;
}

const OP_REPLY = 1, OP_QUERY = 2004, OP_MSG = 2013;

async function readMessage(connection: Deno.Conn): Promise<Message | undefined> {
  const head = await readExact(connection, 16);
  if (head === undefined) return undefined;
  const view = new DataView(head.buffer);
  const length = view.getInt32(0, true), id = view.getInt32(4, true), code = view.getInt32(12, true);
  const body = await readExact(connection, length - 16);
  if (body === undefined) return undefined;
  if (code === OP_QUERY) {
    const at = body.indexOf(0, 4) + 1 + 8;
    return { id, legacy: true, command: BSON.deserialize(body.subarray(at)), sections: new Map() };
  }
  const sections = new Map<string, Document[]>();
  let command: Document = {};
  const bytes = new DataView(body.buffer, body.byteOffset);
  for (let at = 4; at < body.length;) {
    const kind = body[at++];
    const size = bytes.getInt32(at, true);
    if (kind === 0) command = BSON.deserialize(body.subarray(at, at + size));
    else {
      const end = body.indexOf(0, at + 4);
      const list: Document[] = [];
      for (let next = end + 1; next < at + size;) {
        const part = bytes.getInt32(next, true);
        list.push(BSON.deserialize(body.subarray(next, next + part)));
        next += part;
      }
      sections.set(new TextDecoder().decode(body.subarray(at + 4, end)), list);
    }
    at += size;
  }
  return { id, legacy: false, command, sections };
}

function replyBytes({ id, legacy }: Message, document: Document): Uint8Array {
  const bson = BSON.serialize(document);
  const head = legacy ? 36 : 21;
  const bytes = new Uint8Array(head + bson.length);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, bytes.length, true);
  view.setInt32(8, id, true);
  view.setInt32(12, legacy ? OP_REPLY : OP_MSG, true);
  if (legacy) view.setInt32(32, 1, true);
  bytes.set(bson, head);
  return bytes;
}

async function readExact(
  connection: Deno.Conn,
  length: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) return undefined;
    at += count;
  }
  return bytes;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
