/** `letts ctl staging upload`, `download`, `delete` and `list`. @module */
import type { StagingFilter } from "../../../client/types.ts";
import type { StagingRecord } from "../../../protocol/staging.ts";
import { paintFor } from "../../output/color.ts";
import { humanBytes, humanTime } from "../../output/human.ts";
import type { Io } from "../../output/io.ts";
import { writeResult } from "../../output/record.ts";
import { cursorText, tableText } from "../../output/table.ts";
import { type Cell, terminalTable } from "../../output/terminal_table.ts";
import { required, type Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { requireFolderOf } from "../../parse/paths.ts";
import { PipedFiles } from "../../parse/piped_files.ts";
import { Interrupts } from "../interrupts.ts";
import type { HOST_FLAG } from "../shared_flags.ts";
import { oneDugdale } from "../target.ts";
import type { DOWNLOAD_FLAGS, STAGING_FORCE_FLAG, STAGING_LIST_FLAGS } from "./flags.ts";

type HostValues = Values<typeof HOST_FLAG>;

const COLUMNS = [
  { title: "STAGING_ID", width: 40 },
  { title: "SIZE", width: 12 },
  { title: "STATE", width: 12 },
  { title: "REF_KIND", width: 15 },
];

/** Uploads a file. */
export async function uploadStaging(call: Call<HostValues>): Promise<void> {
  const [path = ""] = call.args;
  await using piped = new PipedFiles();
  const file = await piped.path("path", path);
  const client = await call.open();
  const { staging_id, sha256, size } = await client.upload(
    oneDugdale(client.config, call.flags.host).id,
    file,
  );
  await call.io.stdout.write(`${staging_id}\t${sha256}\t${size}\n`);
}

/** Downloads a file, verified. */
export async function downloadStaging(call: Call<HostValues & Values<typeof DOWNLOAD_FLAGS>>): Promise<void> {
  const { flags: { output = "-" }, args: [stagingId = ""], io } = call;
  if (output !== "-") requireFolderOf("--output", output);
  const client = await call.open();
  const { id } = oneDugdale(client.config, call.flags.host);
  if (output === "-") {
    for await (const bytes of await client.download(id, stagingId)) await io.stdout.write(bytes);
    return;
  }
  using interrupts = new Interrupts(io);
  await client.saveDownload(id, stagingId, output, { signal: interrupts.signal });
}

/** Removes a file. */
export async function deleteStaging(
  call: Call<HostValues & Values<typeof STAGING_FORCE_FLAG>>,
): Promise<void> {
  const client = await call.open();
  await client.deleteStaging(oneDugdale(client.config, call.flags.host).id, call.args[0] ?? "", {
    force: call.flags.force,
  });
}

/** Prints one page of the files of a mission. */
export async function listStaging(call: Call<HostValues & Values<typeof STAGING_LIST_FLAGS>>): Promise<void> {
  const { flags, globals, io } = call;
  const filter: StagingFilter = {
    missionId: required(flags["mission-id"], "mission-id"),
    refKind: flags["ref-kind"],
    limit: flags.limit > 0 ? flags.limit : undefined,
  };
  const client = await call.open();
  const page = await client.listStaging(oneDugdale(client.config, call.flags.host).id, filter).page(
    flags.cursor,
  );
  const record = { staging: page.items.map(stagingRecord), next_cursor: page.nextCursor || undefined };
  const rows = () => page.items.map((one) => [one.staging_id, String(one.size), one.state, one.ref_kind]);
  const table = () => io.stdout.isTerminal ? fileTerminalTable(page.items, io) : tableText(COLUMNS, rows());
  const text = () => table() + cursorText(page.nextCursor);
  await writeResult(io.stdout, globals.output, record, text);
}

function fileTerminalTable(files: readonly StagingRecord[], io: Io): string {
  const columns = [
    { title: "ID" },
    { title: "KIND", leaves: 3 },
    { title: "ROLE", shrinks: true },
    { title: "SIZE", right: true },
    { title: "STATE", leaves: 2 },
    { title: "CREATED", leaves: 1 },
  ];
  const rows = files.map((file): readonly Cell[] => [
    { text: file.staging_id },
    { text: file.ref_kind },
    { text: file.role, color: "bold" },
    { text: humanBytes(file.size) },
    { text: file.state, color: file.state === "complete" ? "green" : "yellow" },
    { text: humanTime(file.time_created, Date.now()) },
  ]);
  return terminalTable(columns, rows, { columns: io.columns(), paint: paintFor(io.stdout, io) });
}

function stagingRecord(file: StagingRecord): unknown {
  const { staging_id, sha256, state, ref_kind, role, size, bytes_received, time_created, time_expires } =
    file;
  return {
    staging_id,
    sha256,
    state,
    ref_kind,
    role,
    size,
    bytes_received,
    time_created,
    time_expires: time_expires || undefined,
  };
}
