/** `@std/streams`: web streams cut, limited, joined and read to their end. */
export class ByteSliceStream extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor(start?: number, end?: number);
}
export class LimitedBytesTransformStream
  extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  constructor(size: number, options?: { readonly error?: boolean });
}
export class TextLineStream extends TransformStream<string, string> {
  constructor(options?: { readonly allowCR?: boolean });
}
export function concatReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
export function mergeReadableStreams<T>(...streams: ReadableStream<T>[]): ReadableStream<T>;
export function toBytes(stream: ReadableStream<Uint8Array>): Promise<Uint8Array<ArrayBuffer>>;
export function toJson(stream: ReadableStream<string> | ReadableStream<Uint8Array>): Promise<unknown>;
export function toText(stream: ReadableStream<string> | ReadableStream<Uint8Array>): Promise<string>;
