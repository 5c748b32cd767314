import { DatabaseSync } from "node:sqlite";
import { assertEquals } from "@std/assert";
import { type Daemon, Place, type StartOptions } from "./daemon.ts";
import type { Dugdale } from "./dugdale.ts";
import { apply, callsTo, OWN, STATE } from "./harness.ts";
import type { Settings } from "./settings.ts";

/** How long a second connection waits for the dugdale's own transactions. */
const BUSY_MS = 10_000;

/** A dugdale whose data directory a test may damage while it runs. */
export class Faulty implements AsyncDisposable {
  readonly place: Place;
  #daemon: Daemon;

  private constructor(place: Place, daemon: Daemon) {
    this.place = place;
    this.#daemon = daemon;
  }

  /** Starts it with the usual lanes. @param settings Laid over the usual ones. */
  static async start(settings: Settings = {}, options: StartOptions = {}): Promise<Faulty> {
    await using stack = new AsyncDisposableStack();
    const place = stack.use(await Place.make(settings));
    const daemon = stack.use(await place.start(options));
    await apply(callsTo(daemon), STATE);
    stack.move();
    return new Faulty(place, daemon);
  }

  /** Calls to the dugdale as it was started last. */
  get dugdale(): Dugdale {
    return callsTo(this.#daemon);
  }

  /** Ends it and starts another one in its place, without the options of the first. */
  async restart(): Promise<void> {
    await this.stop();
    this.#daemon = await this.place.start();
  }

  /** Ends it. */
  async stop(): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
  }

  get dataDir(): string {
    return this.place.dataDir;
  }

  /** The only file or folder whose name contains the text. */
  find(text: string): string {
    const found = below(this.dataDir).filter((path) => path.slice(path.lastIndexOf("/")).includes(text));
    assertEquals(found.length, 1, found.join());
    return found[0] ?? "";
  }

  /** Runs statements on a connection of its own. */
  sql(statements: string): void {
    using database = this.#connect();
    database.exec(statements);
  }

  /** The values of the first column that a query answers with. */
  column(query: string): unknown[] {
    using database = this.#connect();
    return database.prepare(query).all().map((row) => Object.values(row)[0]);
  }

  /** Takes a table away, until disposed: whatever reads it fails. */
  without(table: string): Disposable {
    this.sql(`ALTER TABLE ${table} RENAME TO taken_away`);
    return { [Symbol.dispose]: () => this.sql(`ALTER TABLE taken_away RENAME TO ${table}`) };
  }

  /** Makes one kind of statement fail, such as `INSERT ON missions`, until disposed. */
  refusing(statement: string): Disposable {
    this.sql(
      `CREATE TRIGGER refusing BEFORE ${statement} BEGIN SELECT RAISE(ABORT, 'the test says no'); END`,
    );
    return { [Symbol.dispose]: () => this.sql("DROP TRIGGER refusing") };
  }

  /** Holds the one lock for writers, until disposed. */
  locked(): Disposable {
    const database = this.#connect();
    database.exec("BEGIN EXCLUSIVE");
    return { [Symbol.dispose]: () => database.close() };
  }

  #connect(): DatabaseSync {
    return new DatabaseSync(`${this.dataDir}/state.db`, { timeout: BUSY_MS });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    await this.place[Symbol.asyncDispose]();
  }
}

/** Gives the tests of a file one dugdale to damage, from before the first to after the last; they are `ownTest`s. */
export function sharedFaulty(settings: Settings = {}): () => Faulty {
  let faulty: Faulty | undefined;
  if (OWN) {
    Deno.test.beforeAll(async () => void (faulty = await Faulty.start(settings)));
    Deno.test.afterAll(() => faulty?.[Symbol.asyncDispose]());
  }
  return () => {
    if (faulty === undefined) throw new Error("to be asked for within a test");
    return faulty;
  };
}

function below(dir: string): string[] {
  return [...Deno.readDirSync(dir)].flatMap(({ name, isDirectory }) => {
    const path = `${dir}/${name}`;
    return isDirectory && name !== "work" ? [path, ...below(path)] : [path];
  });
}
