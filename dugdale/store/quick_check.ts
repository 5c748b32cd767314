import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { DAMAGED } from "./database_error.ts";

/** The result of SQLite's check of a database file. */
export interface QuickCheckResult {
  /** SQLite's messages, one for each problem; empty for a sound database. */
  readonly problems: readonly string[];
  /** Why the check failed, if it did. */
  readonly failure: string | undefined;
}

/**
 * SQLite's check of a whole file, which takes seconds for a gigabyte, in its own thread. Others may write to the
 * database meanwhile. Disposing it ends the check.
 */
export class QuickCheck implements Disposable {
  /** Resolves when the check has ended; never if it was disposed of before. */
  readonly result: Promise<QuickCheckResult>;
  readonly #worker: Worker;

  constructor(file: string) {
    // Not opened read-only: SQLite does not check the CHECK constraints then. The file is not created either.
    const url = pathToFileURL(file);
    url.searchParams.set("mode", "rw");
    // The code of the thread is a string: a separate module would be missing in a single-file bundle.
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

/** Runs in the thread: everything it needs is an argument. */
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
    // The low byte is the code, the rest its extension.
    return damaged.includes((errcode ?? 0) & 0xff)
      ? { problems: [message], failure: undefined }
      : { problems: [], failure: message };
  } finally {
    // The end of the thread would close it too, but some time later, and the next daemon would find it locked.
    db?.close();
  }
}
