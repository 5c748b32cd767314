/** Lines of a web server's access log. @module */

/** One request in the server's log. */
export interface AccessLine {
  readonly client: string;
  readonly atMs: number;
  /** Without its query; `(not HTTP)` for an invalid request. */
  readonly path: string;
  readonly status: number;
  /** Size of the response body. */
  readonly bytes: number;
  /** Response time in seconds, if the server logs it as the last field. */
  readonly seconds: number | undefined;
}

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const LINE = new RegExp(
  String.raw`^(\S+) \S+ [^\[\]]* ?\[(\d\d)/(\w{3})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)\] ` +
    String.raw`${QUOTED} (\d{3}) (\d+|-)(?: ${QUOTED} ${QUOTED})?(?: (\d+(?:\.\d+)?))?\s*$`,
);
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Parses a line of the common or combined format; undefined for other lines. */
export function parseAccessLine(line: string): AccessLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [
    ,
    client = "",
    day,
    month = "",
    year,
    time,
    hours,
    minutes,
    request = "",
    status,
    bytes,
    ,
    ,
    seconds,
  ] = match;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  const atMs = Date.parse(`${year}-${monthNumber}-${day}T${time}${hours}:${minutes}`);
  if (Number.isNaN(atMs)) return undefined;
  return {
    client,
    atMs,
    path: pathOf(request),
    status: Number(status),
    bytes: bytes === "-" ? 0 : Number(bytes),
    seconds: seconds === undefined ? undefined : Number(seconds),
  };
}

function pathOf(request: string): string {
  const [, target] = /^[A-Z]+ (\S+) HTTP\/[\d.]+$/.exec(request) ?? [];
  return target?.split("?", 1)[0] ?? "(not HTTP)";
}
