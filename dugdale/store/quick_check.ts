import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { DAMAGED } from "./database_error.ts";

/** What SQLite says about a database file. */
export interface QuickCheckResult {
  /** SQLite's own words, one text for each thing that is wrong; empty for a sound database. */
  readonly problems: readonly string[];
  /** Why the check could not be done, if it could not. */
  readonly failure: string | undefined;
}

/**
 * SQLite's own check of a whole file, which takes seconds for a gigabyte, in a thread of its own. Others may write to
 * the database meanwhile. Disposing it ends the check.
 */
export class QuickCheck implements Disposable {
  /** Settles when the check has ended; never when it was disposed of before. */
  readonly result: Promise<QuickCheckResult>;
  readonly #worker: Worker;

  constructor(file: string) {
    // Not opened as read-only: of such a file SQLite does not check the CHECK constraints. It is not made, either.
    const url = pathToFileURL(file);
    url.searchParams.set("mode", "rw");
    // The thread's code travels as text: a module of its own would be missing in a bundle of one file.
    const code = `
      import { DatabaseSync } from "node:sqlite";
      self.postMessage((${quickCheck})(DatabaseSync, ${JSON.stringify(url)}, ${JSON.stringify(DAMAGED)}));`;
    this.#worker = new Worker(`data:application/javascript,${encodeURIComponent(code)}`, { type: "module" });
    this.result = new Promise((resolve) => {
      this.#worker.onmessage = (event: MessageEvent<QuickCheckResult>) => resolve(event.data);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        resolve({ problems: [], failure: event.message });
      };
    });
  }

  [Symbol.dispose](): void {
    this.#worker.terminate();
  }
}

/** Runs in the thread: whatever it needs comes as an argument. */
function quickCheck(
  Database: typeof DatabaseSync,
  url: string,
  damaged: readonly number[],
): QuickCheckResult {
  let db: DatabaseSync | undefined;
  try {
    db = new Database(url);
    db.exec("PRAGMA query_only = ON");
    const rows = db.prepare("PRAGMA quick_check").all() as { quick_check: string }[];
    return {
      problems: rows.map((row) => row.quick_check).filter((text) => text !== "ok"),
      failure: undefined,
    };
  } catch (error) {
    const { message, errcode } = error as { message: string; errcode?: number };
    // The low byte is the code, the rest its variety.
    return damaged.includes((errcode ?? 0) & 0xff)
      ? { problems: [message], failure: undefined }
      : { problems: [], failure: message };
  } finally {
    // The end of the thread would close it too, but some time later, and the next daemon would find it locked.
    db?.close();
  }
}
