/** `letts apply`. @module */
import { pause } from "../../../client/abort.ts";
import type { LettsClient } from "../../../client/client.ts";
import { isLoopback, listenHost } from "../../../config/dugdale/listen_host.ts";
import type { DugdaleEntry } from "../../../config/letts/dugdale_entry.ts";
import { readLettsFiles } from "../../../config/letts/open.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import type { ApplyReply } from "../../../protocol/lane.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { clientOf } from "../../open_client.ts";
import { shortText } from "../../output/error_text.ts";
import { writeResult } from "../../output/record.ts";
import type { Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { findDugdale } from "../target.ts";
import type { APPLY_FLAGS } from "./command.ts";
import { difference } from "./difference.ts";
import { differenceText } from "./difference_text.ts";

/** Time for a dugdale on this machine to start listening. */
const START_MS = 3000;
const BETWEEN_TRIES_MS = 50;

type ApplyCall = Call<Values<typeof APPLY_FLAGS>>;

/** The result for one dugdale, as record and as text. */
interface Row {
  readonly record: {
    readonly host: string;
    readonly ok: boolean;
    readonly error?: string;
    readonly diff?: unknown;
  };
  readonly text: string;
}

/** Applies letts.yaml to dugdales, or shows what would change. */
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

/**
 * Waits for a dugdale on this machine that refuses connections: one started by `letts dugdale &` just before may not
 * listen yet. Other errors are reported by the apply.
 */
async function awaitStart(config: LettsConfig, dugdale: DugdaleEntry): Promise<void> {
  const { host, port, protocol } = config.baseUrl(dugdale);
  if (!isLoopback(host) || protocol !== "http:" || config.proxy(dugdale) !== undefined) return;
  const untilMs = performance.now() + START_MS;
  while (performance.now() < untilMs) {
    try {
      return (await Deno.connect({ hostname: listenHost(host), port: Number(port || 80) })).close();
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) return;
      await pause(BETWEEN_TRIES_MS);
    }
  }
}

function verb(flags: ApplyCall["flags"]): string {
  return flags["dry-run"] ? "dry run" : "apply";
}

async function applyTo(client: LettsClient, dugdale: DugdaleEntry, flags: ApplyCall["flags"]): Promise<Row> {
  const { id } = dugdale;
  try {
    await awaitStart(client.config, dugdale);
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

/** Lanes in the format of the reference, followed by other changes. */
function changes({ diff, started, stopped, resized, schedules }: ApplyReply): string {
  const words = (names: readonly string[] | null) => (names ?? []).join(",");
  const { added = [], changed = [], removed = [] } = schedules ?? {};
  const more = {
    changed: [
      ...diff.MissionDirChanged ? ["mission_dir"] : [],
      ...diff.RuntimeChanged ? ["runtime"] : [],
      ...diff.LabelsChanged ? ["labels"] : [],
    ],
    options: diff.LaneOptionsChanged ?? [],
    schedules: [...added, ...changed, ...removed],
  };
  const further = Object.entries(more).filter(([, names]) => names.length > 0)
    .map(([name, names]) => ` ${name}=${words(names)}`);
  return `started=${words(started)} stopped=${words(stopped)} resized=${words(resized)}${further.join("")}`;
}

/** One after the other: speed does not matter, and the order of requests is that of the output. */
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
      await awaitStart(client.config, dugdale);
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

/**
 * The named dugdales, or all, limited to those with the labels; in the order of the file.
 *
 * @throws {UsageError} When a host is unknown.
 * @throws {CommandError} When none is left.
 */
function applyTargets(
  config: LettsConfig,
  { host, match }: { readonly host: readonly string[]; readonly match: readonly string[] },
): readonly DugdaleEntry[] {
  const named = new Set(
    host.map((name) => name.trim()).filter((name) => name !== "").map((name) => {
      try {
        return findDugdale(config, name).id;
      } catch (cause) {
        if (cause instanceof CommandError) throw new UsageError(`--host: ${cause.message}`, { cause });
        throw cause;
      }
    }),
  );
  const targets = config.candidates(undefined, match).filter(({ id }) => named.size === 0 || named.has(id));
  if (targets.length === 0) throw new CommandError("no dugdale of the file matches --host and --match");
  return targets;
}

/** Two lines of warning about plain admin and exec tokens; empty if there are none. */
function tokenWarning(config: LettsConfig): string {
  const places = config.plainTokens.filter(({ scope }) => scope !== "dispatch").map(({ location }) =>
    location
  );
  if (places.length === 0) return "";
  return `letts: warning: plain tokens in ${config.file}: ${places.join(", ")}\n` +
    "letts: warning: keep them in the environment and write ${NAME} in the file\n";
}
