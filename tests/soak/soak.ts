/**
 * Many missions with files, kills, repeated and broken requests, slow readers and restarts of the dugdale. What it
 * holds when all of that is over must be what it held after the first of them.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";
import { type Daemon, pause, Place } from "../contract/daemon.ts";
import { type Dugdale, type Fields, type Reply, sha256 } from "../contract/dugdale.ts";
import { apply, callsTo, MISSIONS } from "../contract/harness.ts";
import { newId } from "../contract/ids.ts";
import { connect, requestText, writeAll } from "../contract/raw_http.ts";
import { OWN_TOKENS, type Settings } from "../contract/settings.ts";

/** What a dugdale holds while nothing happens. */
export interface Rest {
  readonly missions: number;
  readonly descriptors: number;
  readonly processes: number;
  /** Of all tables. */
  readonly rows: number;
  /** Below the data directory, without the database. */
  readonly files: number;
  readonly memoryBytes: number;
}

/** How much to ask of it. */
export interface SoakOptions {
  readonly missions: number;
  /** The first measurement comes after so many. */
  readonly first: number;
  /** After so many there is a restart under load. */
  readonly restartEvery: number;
  /** After so many there is another measurement. */
  readonly restEvery: number;
  /** How long missions and files that are over stay. A caller on a busy machine must still find them. */
  readonly kept: string;
  readonly onRest: (rest: Rest) => void;
}

const CALLERS = 24;
/** Nothing takes so long, unless the machine is very busy. */
const FOLLOW_MS = 30_000;

function settings(kept: string): Settings {
  return {
    log: { level: "warn" },
    network: { idle_timeout: "2s" },
    cleanup: {
      success_ttl: kept,
      failed_ttl: kept,
      staging_ttl: kept,
      downloaded_grace: "1s",
      lost_cleanup_grace: "1s",
      sweep_interval: "1s",
    },
  };
}

const STATE = { mission_dir: MISSIONS, lanes: { fast: { concurrency: 16 } } };
/** Beyond the heap's ups and downs. */
const MEMORY_GROWTH = 1.25, MEMORY_SLACK_BYTES = 24 * 1024 * 1024;

/** Runs the missions in a temporary folder; answers what is wrong, a line each. */
export async function soak(options: SoakOptions): Promise<string[]> {
  const { missions, first, restEvery, kept, onRest } = options;
  await using place = await Place.make(settings(kept));
  await using load = new Load(place, await place.start(), options);
  await load.begin();
  const rests: Rest[] = [];
  for (let done = 0; done < missions;) {
    const end = done < first ? first : done - done % restEvery + restEvery;
    await load.run(done, Math.min(end, missions));
    done = end;
    const rest = await load.rest(Math.min(end, missions));
    rests.push(rest);
    onRest(rest);
  }
  return [...load.problems, ...growth(rests[0]!, rests.at(-1)!)];
}

function growth(first: Rest, last: Rest): string[] {
  const told = (name: keyof Rest): string =>
    `${name}: ${first[name]} after ${first.missions} missions, ${last[name]} after ${last.missions}`;
  const problems = (["descriptors", "processes", "rows", "files"] as const)
    .filter((name) => first[name] !== last[name]).map(told);
  const most = first.memoryBytes * MEMORY_GROWTH + MEMORY_SLACK_BYTES;
  return last.memoryBytes > most ? [...problems, told("memoryBytes")] : problems;
}

/** The callers of one place, and its dugdale. */
class Load implements AsyncDisposable {
  readonly problems: string[] = [];
  readonly #place: Place;
  readonly #dugdale: Dugdale;
  readonly #restartEvery: number;
  #daemon: Daemon;

  constructor(place: Place, daemon: Daemon, { restartEvery }: Pick<SoakOptions, "restartEvery">) {
    this.#place = place;
    this.#restartEvery = restartEvery;
    this.#daemon = daemon;
    this.#dugdale = callsTo(daemon);
  }

  async begin(): Promise<void> {
    await apply(this.#dugdale, STATE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }

  /** Runs missions with these numbers, some of them at once. */
  async run(from: number, to: number): Promise<void> {
    let next = from;
    const caller = async (): Promise<void> => {
      while (next < to) {
        const number = next++;
        if (number % this.#restartEvery === this.#restartEvery >> 1) await this.#restart();
        await this.#one(number);
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, caller));
  }

  /** Waits until all that is over has been removed, and measures. */
  async rest(missions: number): Promise<Rest> {
    const { pid } = this.#daemon;
    using database = new DatabaseSync(`${this.#place.dataDir}/state.db`, { readOnly: true });
    const rows = (table: string): number =>
      Number(database.prepare(`SELECT count(*) n FROM "${table}"`).get()?.n);
    while (rows("missions") + rows("staging_files") + connections(this.#daemon) > 0 || !this.#buried()) {
      await pause(200);
    }
    // Those of the lists are tidied once a day, and grow with time, not with missions.
    const tables = database.prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'listed%'",
    ).all();
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return {
      missions,
      descriptors: [...Deno.readDirSync(`/proc/${pid}/fd`)].length,
      processes: (await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`)).split(" ").length - 1,
      rows: tables.reduce((sum, { name }) => sum + rows(String(name)), 0),
      files: filesBelow(this.#place.dataDir),
      memoryBytes: Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) * 1024,
    };
  }

  /** Whether no removed file is left. A minute is not waited for: those that lie there get an older time. */
  #buried(): boolean {
    const folder = `${this.#place.dataDir}/tombstone`;
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    const before = Date.now() / 1000 - 60;
    for (const name of names) {
      try {
        Deno.utimeSync(`${folder}/${name}`, before, before);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return names.length === 0;
  }

  async #restart(): Promise<void> {
    this.#daemon.signal("SIGTERM");
    const { code } = await this.#daemon.exited;
    if (code !== 0) this.problems.push(`the dugdale ended with ${code} on SIGTERM`);
    this.#daemon = await this.#place.start();
    this.#dugdale.url = this.#daemon.url;
  }

  /** One mission from its dispatch to its end. */
  async #one(number: number): Promise<void> {
    const id = newId();
    const expected = number % 8 === 0 ? "killed" : "success";
    switch (number % 8) {
      case 0:
        await this.#dispatch({ id, mission: "forever.sh" });
        await this.#kill(id);
        break;
      case 1:
      case 2: {
        const content = `the input of ${id}\n`;
        await this.#upload(id, content, number % 8 === 2);
        await this.#dispatch({ id, mission: "copies_input.sh", files: [{ role: "data", staging_id: id }] });
        const record = await this.#ended(id);
        const { staging_id } = Object(Object(record.outputs).copy);
        const text = staging_id === undefined
          ? JSON.stringify(record)
          : (await this.#again(() => this.#dugdale.get(`/v1/staging/${staging_id}`))).text;
        if (text !== content) this.problems.push(`${id}: instead of its output file there is ${text}`);
        break;
      }
      case 3: {
        // The caller is gone before the answer comes, and tries again.
        const body = JSON.stringify({ mission: "succeeds.sh", lane: "fast" });
        const headers = {
          authorization: `Bearer ${OWN_TOKENS.dispatch}`,
          "idempotency-key": id,
          "content-length": String(body.length),
        };
        await this.#broken(`${requestText("POST", "/v1/dispatch", headers)}${body}`);
        await this.#dispatch({ id, mission: "succeeds.sh" });
        break;
      }
      case 4:
        await this.#dispatch({ id, mission: "prints_much.sh" });
        await this.#readSlowly(`/v1/missions/${id}/events?follow=true`);
        await this.#readSlowly(`/v1/missions/${id}/output?stream=stdout&follow=true`);
        break;
      default:
        await this.#dispatch({ id, mission: "succeeds.sh" });
    }
    const { outcome } = await this.#ended(id);
    if (outcome !== expected) this.problems.push(`${id} (number ${number}) ended as ${outcome}`);
  }

  async #dispatch(
    what: { readonly id: string; readonly mission: string; readonly files?: unknown },
  ): Promise<void> {
    await this.#again(() => this.#dugdale.dispatch(what));
  }

  async #kill(id: string): Promise<void> {
    await this.#again(async () => {
      const reply = await this.#dugdale.post(`/v1/missions/${id}/kill`);
      // A request whose answer was lost has ended it.
      return reply.status === 409 ? await this.#dugdale.get(`/v1/missions/${id}`) : reply;
    });
  }

  /** @param breaks Whether the first try breaks off in the middle. */
  async #upload(id: string, content: string, breaks: boolean): Promise<void> {
    const headers = { "x-letts-sha256": await sha256(content) };
    if (breaks) {
      const fields = {
        ...headers,
        authorization: `Bearer ${OWN_TOKENS.dispatch}`,
        "content-length": String(content.length),
      };
      await this.#broken(`${requestText("PUT", `/v1/staging/${id}`, fields)}${content.slice(0, 9)}`);
    }
    let start = 0;
    await this.#again(async () => {
      const range = { "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
      const reply = await this.#dugdale.call("PUT", `/v1/staging/${id}`, {
        as: "dispatch",
        headers: start > 0 ? { ...headers, ...range } : headers,
        body: content.slice(start),
      });
      if (reply.status === 416) start = Number(Object(reply.body.details).bytes_received);
      return reply;
    });
  }

  /** Sends a request and closes the connection without waiting for anything. */
  async #broken(request: string): Promise<void> {
    try {
      using connection = await connect(this.#dugdale.url);
      await writeAll(connection, new TextEncoder().encode(request));
    } catch {
      // The dugdale is being restarted: broken all the same.
    }
  }

  /** Reads a little of an answer, now and then, and closes the connection. */
  async #readSlowly(path: string): Promise<void> {
    try {
      using connection = await connect(this.#dugdale.url);
      const headers = { authorization: `Bearer ${OWN_TOKENS.admin}` };
      await writeAll(connection, new TextEncoder().encode(requestText("GET", path, headers)));
      const buffer = new Uint8Array(100);
      for (let reads = 0; reads < 5 && await connection.read(buffer) !== null; reads++) await pause(50);
    } catch {
      // The dugdale is being restarted.
    }
  }

  /** Follows a mission to its end, over restarts; answers its record. */
  async #ended(id: string): Promise<Fields> {
    for (;;) {
      const text = await this.#followed(id);
      const { body } = await this.#again(() => this.#dugdale.get(`/v1/missions/${id}`));
      if (text?.includes('"event":"done"')) return body;
      if (text === undefined && Date.now() - Number(body.time_finished ?? Infinity) > 5000) {
        this.problems.push(`${id}: a follower has not got its end`);
        return body;
      }
    }
  }

  /** The events of a mission up to its end, or that of the connection; undefined when neither comes. */
  async #followed(id: string): Promise<string | undefined> {
    const signal = AbortSignal.timeout(FOLLOW_MS);
    try {
      return (await this.#again(() => this.#dugdale.get(`/v1/missions/${id}/events?follow=true`, { signal })))
        .text;
    } catch (error) {
      // On a busy machine a mission may take its time.
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /** Repeats a request that got no answer, or one that promises a better one. */
  async #again(request: () => Promise<Reply>): Promise<Reply> {
    for (;; await pause(20)) {
      try {
        const reply = await request();
        if (reply.status < 300) return reply;
        // Draining; an upload whose broken connection is still on its way; its end is known now.
        if (![503, 409, 416].includes(reply.status)) throw new Error(`${reply.status} ${reply.text}`);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    }
  }
}

/** The open connections to a dugdale. */
function connections({ url }: Daemon): number {
  const port = `:${Number(new URL(url).port).toString(16).toUpperCase().padStart(4, "0")}`;
  const sockets = Deno.readTextFileSync("/proc/net/tcp").trim().split("\n").map((line) =>
    line.trim().split(/\s+/)
  );
  const ESTABLISHED = "01", CLOSE_WAIT = "08";
  return sockets.filter(([, local = "", , state = ""]) =>
    local.endsWith(port) && [ESTABLISHED, CLOSE_WAIT].includes(state)
  ).length;
}

function filesBelow(folder: string): number {
  let files = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) files += filesBelow(`${folder}/${name}`);
    else if (!name.startsWith("state.db")) files++;
  }
  return files;
}
