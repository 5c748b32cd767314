/** `letts apply`. @module */
import type { LettsClient } from "../../../client/client.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { readLettsFiles } from "../../../config/letts/open.ts";
import type { ApplyReply } from "../../../protocol/lane.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { clientOf } from "../../open_client.ts";
import { shortText } from "../../output/error_text.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import type { APPLY_FLAGS } from "./command.ts";
import { difference } from "./difference.ts";
import { differenceText } from "./difference_text.ts";
import { applyTargets } from "./targets.ts";
import { tokenWarning } from "./token_warning.ts";

type ApplyCall = Call<Values<typeof APPLY_FLAGS>>;

/** What became of one dugdale: the record, and the same as text. */
interface Row {
  readonly record: {
    readonly host: string;
    readonly ok: boolean;
    readonly error?: string;
    readonly diff?: unknown;
  };
  readonly text: string;
}

/** Tells dugdales what letts.yaml wants them to be, or shows what that would change. */
export async function apply(call: ApplyCall): Promise<void> {
  const { flags, globals, io } = call;
  if (flags.file.length === 0) throw new UsageError('required flag "file" not set');
  const config = readLettsFiles(flags.file, { env: io.env });
  call.describeErrorsWith(config);
  if (!globals.quiet) await io.stderr.write(tokenWarning(config));
  const targets = applyTargets(config, flags);
  await using client = await clientOf(config, globals, io);
  const rows = flags["dry-run"]
    ? await dryRuns(client, targets, flags, io.stdout.isTerminal ? io.columns() : undefined)
    : await Promise.all(targets.map((dugdale) => applyTo(client, dugdale, flags)));
  const records = rows.map(({ record }) => record);
  await writeResult(io.stdout, globals.output, records, () => rows.map(({ text }) => text).join(""));
  const failed = records.filter(({ ok }) => !ok).map(({ host }) => host);
  if (failed.length > 0) throw new CommandError(`${verb(flags)} failed on ${failed.join(", ")}`);
}

function verb(flags: ApplyCall["flags"]): string {
  return flags["dry-run"] ? "dry run" : "apply";
}

async function applyTo(client: LettsClient, { id }: DugdaleEntry, flags: ApplyCall["flags"]): Promise<Row> {
  try {
    const reply = await client.apply(id, undefined, {
      force: flags.force,
      prune: flags.prune || flags["force-prune"],
      forcePrune: flags["force-prune"],
    });
    return { record: { host: id, ok: true, diff: reply.diff }, text: `[OK]   ${id} — ${changes(reply)}\n` };
  } catch (error) {
    return failure(client, id, error);
  }
}

function changes({ started, stopped, resized }: ApplyReply): string {
  const words = (names: readonly string[] | null) => (names ?? []).join(",");
  return `started=${words(started)} stopped=${words(stopped)} resized=${words(resized)}`;
}

/** One after the other: nothing waits for it, and the order of requests is that of the output. */
async function dryRuns(
  client: LettsClient,
  targets: readonly DugdaleEntry[],
  flags: ApplyCall["flags"],
  columns: number | undefined,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const prune = flags.prune || flags["force-prune"];
  for (const dugdale of targets) {
    try {
      const { state } = await client.state(dugdale.id);
      const diff = difference(state ?? {}, client.config.applyBody(dugdale), { prune });
      const text = `== ${dugdale.id} ==\n${differenceText(diff, columns)}`;
      rows.push({ record: { host: dugdale.id, ok: true, diff }, text });
    } catch (error) {
      rows.push(failure(client, dugdale.id, error));
    }
  }
  return rows;
}

function failure(client: LettsClient, host: string, error: unknown): Row {
  const words = shortText(error, client.config);
  return { record: { host, ok: false, error: words }, text: `[FAIL] ${host} — ${words}\n` };
}
