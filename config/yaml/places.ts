/**
 * Where the keys of a configuration were written, kept apart from their values so that values stay plain.
 *
 * @module
 */

/** A line of a file. */
export interface FilePlace {
  /** As it was given. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

const LAST_PART = /(?:^|\.)[^.[\]"]+$|\[(?:\d+|"(?:[^"\\]|\\.)*")\]$/;

/** The places of keys, by paths such as `dugdales[0].port`. */
export class Places {
  readonly #places = new Map<string, FilePlace>();

  /** Notes where a key stands. */
  set(key: string, place: FilePlace): void {
    this.#places.set(key, place);
  }

  /** Where a key stands, or the nearest key around it when it was not written itself. */
  find(key: string): FilePlace | undefined {
    const place = this.#places.get(key);
    if (place || key === "") return place;
    const around = key.replace(LAST_PART, "");
    return this.find(around === key ? "" : around);
  }

  /** Takes over the places of a key and of all under it, as those of another key. */
  adopt(others: Places, from: string, to: string = from): void {
    for (const [key, place] of others.#places) {
      if (key === from || key.startsWith(`${from}.`) || key.startsWith(`${from}[`)) {
        this.#places.set(to + key.slice(from.length), place);
      }
    }
  }
}
