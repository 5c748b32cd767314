/** An answer as it came over the wire. */
export interface RawReply {
  readonly status: number;
  /** Lower-case names; the last value wins. */
  readonly headers: ReadonlyMap<string, string>;
  /** Without chunk framing. */
  readonly body: string;
}

/** Sends bytes to a server as they are and reads until it closes: for requests that `fetch` would not make. */
export async function rawRequest(url: string, request: string | Uint8Array): Promise<RawReply> {
  using connection = await connect(url);
  await writeAll(connection, typeof request === "string" ? new TextEncoder().encode(request) : request);
  return await readReply(connection);
}

/** Reads what the server says until it closes. */
export async function readReply(connection: Deno.TcpConn): Promise<RawReply> {
  return parse(await readAll(connection));
}

/** Reads one answer that says its length, without waiting until the server closes. */
export async function readAnswer(connection: Deno.TcpConn): Promise<RawReply> {
  return parse(await readAll(connection, isWhole));
}

function isWhole(text: string): boolean {
  const { headers, body } = parse(text);
  return text.includes("\r\n\r\n") && body.length >= Number(headers.get("content-length"));
}

/** The text of a request without a body that asks the server to close. */
export function requestText(
  method: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const fields = { host: "localhost", connection: "close", ...headers };
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target} HTTP/1.1\r\n${text}\r\n`;
}

/** A connection to the server of a URL. */
export async function connect(url: string): Promise<Deno.TcpConn> {
  const { hostname, port } = new URL(url);
  return await Deno.connect({ hostname, port: Number(port) });
}

/** Writes all bytes. */
export async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}

async function readAll(
  connection: Deno.TcpConn,
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(64 * 1024);
  let text = "";
  for (let size; (size = await connection.read(buffer)) !== null;) {
    text += decoder.decode(buffer.subarray(0, size), { stream: true });
    if (enough(text)) break;
  }
  return text;
}

function parse(text: string): RawReply {
  const split = text.indexOf("\r\n\r\n");
  const [first = "", ...fields] = text.slice(0, split).split("\r\n");
  const headers = new Map(fields.map((field): [string, string] => {
    const colon = field.indexOf(":");
    return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
  }));
  const body = text.slice(split + 4);
  const chunked = headers.get("transfer-encoding") === "chunked";
  return { status: Number(first.split(" ")[1]), headers, body: chunked ? unchunked(body) : body };
}

/** Counts characters, not bytes: for ASCII bodies. */
function unchunked(body: string): string {
  let text = "";
  for (let rest = body;;) {
    const end = rest.indexOf("\r\n");
    const size = parseInt(rest.slice(0, end), 16);
    if (!(size > 0)) return text;
    text += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
  }
}
