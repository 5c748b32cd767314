/**
 * Paginated lists.
 *
 * @module
 */
import type { Listing, Page } from "./types.ts";

/** A list built on a function that fetches one page. Each iteration starts at the first page. */
export function listing<Item>(fetchPage: (cursor: string | undefined) => Promise<Page<Item>>): Listing<Item> {
  return {
    page: (cursor) => fetchPage(cursor),
    async *[Symbol.asyncIterator]() {
      let cursor: string | undefined;
      do {
        const page: Page<Item> = await fetchPage(cursor);
        yield* page.items;
        cursor = page.nextCursor;
      } while (cursor !== undefined && cursor !== "");
    },
  };
}
