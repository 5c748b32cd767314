/** `@std/bytes/concat`: joins arrays of bytes. */
export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
