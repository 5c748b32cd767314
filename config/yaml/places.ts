/**
 * Places of the keys of a configuration, kept apart from the values so that those stay plain.
 *
 * @module
 */

/** A line of a file. */
export interface FilePlace {
  /** As given. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const LAST_PART = /(?:^|\.)[^.[\]"]+$|\[(?:\d+|"(?:[^"\\]|\\.)*")\]$/;

/** The places of keys, by paths such as `dugdales[0].port`. */
export class Places {
  readonly #places = new Map<string, FilePlace>();

  /** Sets the place of a key. */
  set(key: string, place: FilePlace): void {
    this.#places.set(key, place);
  }

  /** The place of a key, or of the nearest enclosing key. */
  find(key: string): FilePlace | undefined {
    const place = this.#places.get(key);
    if (place || key === "") return place;
    const around = key.replace(LAST_PART, "");
    return this.find(around === key ? "" : around);
  }

  /** Copies the places of a key and its descendants to another key. */
  adopt(others: Places, from: string, to: string = from): void {
    for (const [key, place] of others.#places) {
      if (key === from || key.startsWith(`${from}.`) || key.startsWith(`${from}[`)) {
        this.#places.set(to + key.slice(from.length), place);
      }
    }
  }
}
