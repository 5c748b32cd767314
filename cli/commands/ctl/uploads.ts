/** `letts ctl uploads list` and `delete`. @module */
import type { UploadRecord } from "../../../protocol/staging.ts";
import { paintFor } from "../../output/color.ts";
import { humanBytes, humanTime } from "../../output/human.ts";
import type { Io } from "../../output/io.ts";
import { writeResult } from "../../output/record.ts";
import { cursorText, tableText } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { PAGE_FLAGS } from "./flags.ts";

type HostValues = Values<typeof HOST_FLAG>;

const COLUMNS = [
  { title: "STAGING_ID", width: 40 },
  { title: "RECEIVED", width: 12 },
  { title: "SIZE", width: 12 },
  { title: "ACTIVE", width: 6 },
  { title: "SENDER", width: 20 },
];

/** Prints one page of the unfinished uploads of a dugdale. */
export async function listUploads(call: Call<HostValues & Values<typeof PAGE_FLAGS>>): Promise<void> {
  const { flags: { host, limit, cursor }, globals, io } = call;
  const client = await call.open();
  const { id } = oneDugdale(client.config, host);
  const page = await client.listUploads(id, { limit: limit > 0 ? limit : undefined }).page(cursor);
  const record = { uploads: page.items, next_cursor: page.nextCursor || undefined };
  const rows = () =>
    page.items.map(({ staging_id, bytes_received, size, active, sender = "" }) =>
      [staging_id, bytes_received, size, active, sender].map(String)
    );
  const table = () => io.stdout.isTerminal ? uploadTable(page.items, io) : tableText(COLUMNS, rows());
  await writeResult(io.stdout, globals.output, record, () => table() + cursorText(page.nextCursor));
}

function uploadTable(uploads: readonly UploadRecord[], io: Io): string {
  const columns = [
    { title: "ID" },
    { title: "RECEIVED", right: true },
    { title: "SIZE", right: true },
    { title: "LAST BYTES", leaves: 1 },
    { title: "SENDER", shrinks: true },
  ];
  const nowMs = Date.now();
  const rows = uploads.map((upload): readonly Cell[] => [
    { text: upload.staging_id },
    { text: humanBytes(upload.bytes_received) },
    { text: humanBytes(upload.size) },
    upload.active ? { text: "now", color: "green" } : { text: humanTime(upload.time_updated, nowMs) },
    { text: upload.sender ?? "" },
  ]);
  return terminalTable(columns, rows, { columns: io.columns(), paint: paintFor(io.stdout, io) });
}

/** Deletes an upload and the data received so far. */
export async function deleteUpload(call: Call<HostValues>): Promise<void> {
  const client = await call.open();
  await client.deleteStaging(oneDugdale(client.config, call.flags.host).id, call.args[0] ?? "");
}
