/** `@std/http/server-sent-event-stream` from the npm copy of the same sources, with types of our own. @module */
// @ts-types="./http_server_sent_event_stream.d.ts"
export { ServerSentEventStream } from "deno-std/http/server_sent_event_stream.js";
