/** `@std/streams` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./streams.d.ts"
export { ByteSliceStream } from "deno-std/streams/byte_slice_stream.js";
// @ts-types="./streams.d.ts"
export { concatReadableStreams } from "deno-std/streams/concat_readable_streams.js";
// @ts-types="./streams.d.ts"
export { LimitedBytesTransformStream } from "deno-std/streams/limited_bytes_transform_stream.js";
// @ts-types="./streams.d.ts"
export { mergeReadableStreams } from "deno-std/streams/merge_readable_streams.js";
// @ts-types="./streams.d.ts"
export { TextLineStream } from "deno-std/streams/text_line_stream.js";
// @ts-types="./streams.d.ts"
export { toBytes } from "deno-std/streams/to_bytes.js";
// @ts-types="./streams.d.ts"
export { toJson } from "deno-std/streams/to_json.js";
// @ts-types="./streams.d.ts"
export { toText } from "deno-std/streams/to_text.js";
