/** `letts logs <id>` and its two aliases below `ctl`. @module */
import * as v from "valibot";
import { withoutCutMark } from "../../../protocol/cut_mark.ts";
import { lines } from "../../../protocol/lines.ts";
import type { MissionKind } from "../../../protocol/mission.ts";
import { type Paint, paintFor } from "../../output/color.ts";
import { rawIo } from "../../output/io.ts";
import { logRecordText } from "../../output/log_record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findById } from "../by_id.ts";
import type { LogStream } from "../run/log_lines.ts";
import { cutText } from "../run/log_tails.ts";
import type { BY_ID_FLAGS, LOGS_FLAGS } from "../shared_flags.ts";

type LogsCall = Call<Values<typeof BY_ID_FLAGS & typeof LOGS_FLAGS>>;

/** Prints the output of a mission. */
export async function logs(call: LogsCall): Promise<void> {
  await printLogs(call, "mission");
}

/** Prints the output of a command. */
export async function execOutput(call: LogsCall): Promise<void> {
  await printLogs(call, "exec");
}

async function printLogs(call: LogsCall, kind: MissionKind): Promise<void> {
  const { flags: { stream, follow, raw, ...search }, args: [id = ""], globals } = call;
  const io = raw ? rawIo(call.io) : call.io;
  const client = await call.open();
  const { host, missionId } = await findById(client, id, search);
  const body = await client.logs({ host, missionId, kind }, stream, { follow });
  if (stream === "log" && globals.output === "text" && io.stdout.isTerminal) {
    const paint = paintFor(io.stdout, io);
    for await (const line of lines(body, { maxBytes: LINE_MAX_BYTES })) {
      await io.stdout.write(`${logRecordText(line, paint) ?? line}\n`);
    }
  } else if (stream === "combined" && globals.output === "text") {
    const paint = paintFor(io.stdout, io);
    for await (const { bytes, stream } of combinedLog(body)) {
      await io.stdout.write(stream === "stderr" && io.stdout.isTerminal ? forPeople(bytes, paint) : bytes);
    }
  } else {
    let limitBytes: number | undefined;
    const shown = stream === "combined" || stream === "log"
      ? body
      : withoutCutMark(body, (limit) => limitBytes = limit);
    for await (const bytes of shown) await io.stdout.write(bytes);
    if (limitBytes !== undefined) {
      await io.stderr.write(`letts: warning: ${cutText(stream, limitBytes)}\n`);
    }
  }
}

/** Log records are formatted, everything else gets the colour of stderr. A record split in two is printed as it is. */
function forPeople(bytes: Uint8Array<ArrayBuffer>, paint: Paint): string | Uint8Array<ArrayBuffer> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes; // not text
  }
  return text.split("\n").map((line) =>
    logRecordText(line, paint) ?? (line === "" ? "" : paint("yellow", line))
  ).join("\n");
}

/** Maximum length of a line: of output a chunk of 32 KiB in base64 or with every letter escaped, of a log what a mission may say. */
const LINE_MAX_BYTES = 2 * 1024 * 1024;

/** One chunk of output. */
export interface LogChunk {
  readonly stream: LogStream;
  /** Unix milliseconds. */
  readonly timeMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const line = v.object({
  t: v.number(),
  stream: v.picklist(["stdout", "stderr"]),
  data: v.string(),
  encoding: v.optional(v.string()),
});

/** Parses the combined output of a mission. Invalid lines are skipped. */
export async function* combinedLog(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<LogChunk, void, void> {
  for await (const text of lines(body, { maxBytes: LINE_MAX_BYTES })) {
    const chunk = parseChunk(text);
    if (chunk !== undefined) yield chunk;
  }
}

function parseChunk(text: string): LogChunk | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined; // torn by a crash; what comes after it is whole again
  }
  const parsed = v.safeParse(line, value);
  if (!parsed.success) return undefined;
  const { t, stream, data, encoding } = parsed.output;
  const bytes = encoding === "base64" ? Uint8Array.fromBase64(data) : new TextEncoder().encode(data);
  return { stream, timeMs: t, bytes };
}
