import { createHash } from "node:crypto";
import { type RouteKey, ROUTES } from "../../protocol/routes.ts";
import { OWN_TOKENS } from "../contract/settings.ts";
import { jsonBody } from "./json.ts";
import { knownId } from "./known.ts";
import type { Random } from "./random.ts";

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether it is all there, so that an answer, or the end of the connection, must follow. */
  readonly whole: boolean;
}

const ALL = Object.keys(ROUTES) as [RouteKey, ...RouteKey[]];
/** What leaves something behind for the other requests to meet. */
const FRUITFUL = ["dispatch", "execDispatch", "putStaging"] as const;
const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get", "BREW"] as const;
const encoder = new TextEncoder();

/** What uploads consist of; its digest makes them complete. */
const FILE = encoder.encode("letts ".repeat(150));
const FILE_SHA256 = createHash("sha256").update(FILE).digest("hex");

function segment(name: string, random: Random): string {
  if (random.chance(0.1)) {
    return random.pick(["", "..", ".", "%", "%zz", "%2e%2e", "%00", "%ff", "%2f", "x".repeat(3000), "a%20b"]);
  }
  if (name === "name") return random.pick(["fast", "slow", "none", "FAST"]);
  return name === "sha" ? (random.chance(0.5) ? FILE_SHA256 : "0".repeat(64)) : knownId(random);
}

const QUERY_NAMES = [
  "cursor",
  "limit",
  "from",
  "follow",
  "stream",
  "force",
  "prune",
  "since",
  "until",
  "order",
  "status",
  "mission_id",
  "size",
  "offset",
  "upload_offset",
  "ttl_seconds",
  "sha256",
  "x",
] as const;

function query(random: Random): string {
  if (random.chance(0.4)) return "";
  const value = (): string =>
    random.pick<() => string>([
      () => "true",
      () => "0",
      () => "-1",
      () => "5",
      () => "99999999999999999999",
      () => "1e3",
      () => "finished",
      () => "stdout",
      () => "combined",
      () => knownId(random),
      () => "%zz",
      () => "%00",
      () => "%ff",
      () =>
        btoa(
          `{"time_created":${
            random.pick(["1e308", "-5", "null", '"x"', "9007199254740993"])
          },"mission_id":"a"}`,
        ),
      () => encodeURIComponent(random.text(random.below(30)).toWellFormed()),
    ])();
  const pairs = Array.from({ length: 1 + random.below(4) }, () => `${random.pick(QUERY_NAMES)}=${value()}`);
  return `?${pairs.join(random.pick(["&", "&&", ";"]))}`;
}

function target(route: RouteKey, random: Random): string {
  if (random.chance(0.03)) {
    return random.pick(["*", "/", "//", "http://x/v1/healthz", "x", "/v1/../v1/lanes", ""]);
  }
  const path = ROUTES[route].path.replace(/:(\w+)/g, (_, name: string) => segment(name, random));
  return path + (random.chance(0.03) ? "/" : "") + query(random);
}

const RANGES = [
  "bytes=0-",
  "bytes=-1",
  "bytes=5-2",
  "bytes=0-0,-1",
  "bytes=99999999999999999999-",
  "x",
  "bytes=,",
];
const RANGE_LISTS = ["bytes=" + "0-0,".repeat(500), ...RANGES] as [string, ...string[]];

function headers(random: Random): string[] {
  const { dispatch, exec, admin } = OWN_TOKENS;
  const token = random.pick([admin, admin, admin, dispatch, exec, admin, "wrong"]);
  const address = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
  const list = [`Host: fuzz`, `X-Forwarded-For: ${address}`];
  if (random.chance(0.95)) {
    list.push(`Authorization: ${random.chance(0.95) ? "Bearer" : random.pick(["bearer", ""])} ${token}`);
  }
  if (random.chance(0.9)) list.push(`Idempotency-Key: ${random.chance(0.97) ? knownId(random) : "odd"}`);
  const more: readonly [string, ...string[]] = [
    `Range: ${random.pick(RANGE_LISTS)}`,
    `If-Range: ${random.pick(['"x"', "W/", "Tue, 99 Foo 2026 99:99:99 GMT"])}`,
    `If-None-Match: *`,
    `If-Modified-Since: ${random.pick(["x", "Tue, 24 Nov 2026 10:00:00 GMT"])}`,
    `Content-Range: bytes ${random.pick(["0-9/10", "*/5", "5-1/2", "0-99999999999999999999/1", "x"])}`,
    `Upload-Offset: ${random.pick(["0", "-1", "5", "x", "99999999999999999999"])}`,
    `X-Letts-Sha256: ${random.pick(["0".repeat(64), "x", ""])}`,
    `Expect: 100-continue`,
    `Connection: ${random.pick(["upgrade", "keep-alive", "x"])}`,
    `Upgrade: ${random.pick(["websocket", "h2c"])}`,
    `traceparent: ${random.pick(["00-" + "1".repeat(32) + "-" + "1".repeat(16) + "-01", "x"])}`,
    `${"x".repeat(1 + random.below(50))}: ${"y".repeat(random.below(5000))}`,
    `bad header`,
    `Content-Length: ${random.pick(["-1", "x", "5, 6", "99999999999999999999"])}`,
  ];
  for (let count = random.chance(0.5) ? 0 : random.below(4); count > 0; count--) list.push(random.pick(more));
  return list;
}

/** The file, a part of it, or something else; adds the headers that go with it. */
function uploadBody(list: string[], random: Random): Uint8Array<ArrayBuffer> {
  list.push(`X-Letts-Sha256: ${FILE_SHA256}`);
  if (random.chance(0.5)) return FILE;
  if (random.chance(0.3)) return random.bytes(random.below(3000));
  const start = random.chance(0.5) ? 0 : random.below(FILE.length),
    end = random.pick([FILE.length, start + 1]);
  list.push(`Content-Range: bytes ${start}-${end - 1}/${FILE.length}`);
  return FILE.slice(start, end);
}

/** Frames a body: by length, in chunks, or wrongly. */
function framed(
  body: Uint8Array<ArrayBuffer>,
  random: Random,
): { headers: string[]; parts: Uint8Array[]; whole: boolean } {
  const kind = random.below(20);
  if (kind === 0) return { headers: [`Content-Length: ${body.length + 5}`], parts: [body], whole: false };
  if (kind === 1) return { headers: [`Content-Length: ${body.length >> 1}`], parts: [body], whole: false };
  if (kind < 6) {
    const half = body.length >> 1;
    const chunks = [body.subarray(0, half), body.subarray(half)].filter((chunk) => chunk.length > 0);
    const parts = chunks.flatMap((
      chunk,
    ) => [encoder.encode(`${chunk.length.toString(16)}\r\n`), chunk, encoder.encode("\r\n")]);
    if (kind === 2) return { headers: ["Transfer-Encoding: chunked"], parts, whole: false };
    const last = kind === 3 ? "zz\r\n" : "0\r\n\r\n";
    return {
      headers: ["Transfer-Encoding: chunked"],
      parts: [...parts, encoder.encode(last)],
      whole: kind !== 3,
    };
  }
  return { headers: [`Content-Length: ${body.length}`], parts: [body], whole: true };
}

/** One request, more or less of this protocol. */
export function randomRequest(random: Random): RawRequest {
  if (random.chance(0.03)) return { bytes: random.bytes(1 + random.below(2000)), whole: false };
  const key = random.chance(0.3) ? random.pick(FRUITFUL) : random.pick(ALL);
  const method = random.chance(0.9) ? ROUTES[key].method : random.pick(METHODS);
  const list = headers(random);
  let parts: Uint8Array[] = [];
  let whole = !list.some((line) => /^(Content-Length|Expect|bad)/.test(line));
  if (method === "POST" || method === "PUT" || random.chance(0.1)) {
    const body = method === "PUT" ? uploadBody(list, random) : jsonBody(key, random);
    const frame = framed(body, random);
    list.push(...frame.headers);
    parts = frame.parts;
    whole &&= frame.whole;
  }
  const version = random.chance(0.97) ? "HTTP/1.1" : random.pick(["HTTP/1.0", "HTTP/2.0", "HTTP/9", ""]);
  const head = `${method} ${target(key, random)} ${version}\r\n${list.join("\r\n")}\r\n\r\n`;
  return { bytes: joined([encoder.encode(head), ...parts]), whole: whole && version === "HTTP/1.1" };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
