/** `@std/http/etag`: entity tags, and whether a request's condition holds for one. */
export function eTag(
  entity: string | Uint8Array,
  options?: { readonly algorithm?: "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512"; readonly weak?: boolean },
): Promise<string>;
export function ifMatch(value: string | null, etag: string | undefined): boolean;
export function ifNoneMatch(value: string | null, etag: string | undefined): boolean;
