/**
 * Restarting and deleting all missions that a selector finds.
 *
 * @module
 */
import type { LettsClient } from "../../../client/client.ts";
import type { MissionFilter } from "../../../client/types.ts";
import type { BulkItem } from "../../../protocol/mission.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { required, type Values } from "../../parse/flags.ts";
import type { Call } from "../../parse/grammar.ts";
import { oneDugdale } from "../target.ts";
import type { BULK_FLAGS } from "./flags.ts";
import { parseSelector } from "./mission_filter.ts";

/** The flags that make it many. */
export type BulkValues = Values<typeof BULK_FLAGS> & { readonly host: string | undefined };

/** What is done to them. */
export type BulkVerb = "restart" | "delete";

/** The most that one request takes, and that one page has. */
const CHUNK = 1000;

/** Whether a selector is given. @throws {UsageError} When neither it nor an id is, or both are. */
export function isBulk({ flags, args }: Call<BulkValues>): boolean {
  if (flags.selector === undefined) {
    if (args.length === 0) throw new UsageError("an id or --selector is required");
    return false;
  }
  if (args.length > 0) throw new UsageError("an id and --selector cannot be used together");
  return true;
}

/**
 * Finds them all, asks, and does it.
 *
 * @throws {CommandError} When the answer was not yes, or one of them could not be done.
 */
export async function bulk(
  call: Call<BulkValues>,
  verb: BulkVerb,
  options: { readonly force?: boolean } = {},
): Promise<void> {
  const { flags, io } = call;
  const filter = parseSelector(required(flags.selector, "selector"), Date.now());
  const client = await call.open();
  const host = oneDugdale(client.config, flags.host).id;
  const ids = await findIds(client, host, filter, flags.limit);
  if (flags["dry-run"]) {
    return await io.stdout.write(
      `would ${verb} ${ids.length} missions:\n${ids.map((id) => `${id}\n`).join("")}`,
    );
  }
  if (ids.length === 0) return await io.stderr.write("letts: no mission matches the selector\n");
  if (!flags.yes) {
    await io.stderr.write(`${verb} ${ids.length} missions? [y/N]: `);
    const answer = (await io.stdin.readLine())?.trim();
    if (answer !== "y" && answer !== "Y") throw new CommandError("aborted");
  }
  let failed = 0;
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    const items = verb === "restart"
      ? await client.bulkRestart(host, chunk)
      : await client.bulkDelete(host, chunk, options);
    for (const item of items) {
      if (!item.ok) failed++;
      await printItem(call, item);
    }
  }
  if (failed > 0) throw new CommandError(`${failed} of ${ids.length} ${verb} operations failed`);
}

/** All of them, so that the question names the true number; `limit` above 0 ends the search earlier. */
async function findIds(
  client: LettsClient,
  host: string,
  filter: MissionFilter,
  limit: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  const pageSize = limit > 0 ? Math.min(limit, CHUNK) : CHUNK;
  for await (
    const { missionId } of client.listMissions(host, { ...filter, kind: "mission", limit: pageSize })
  ) {
    ids.push(missionId);
    if (ids.length === limit) break;
  }
  return ids;
}

/** Prints the id of what was done, or on stderr why it was not. */
export async function printItem({ io }: Call<unknown>, item: BulkItem): Promise<void> {
  if (item.ok) await io.stdout.write(`${item.mission_id ?? item.id}\n`);
  else await io.stderr.write(`  FAIL ${item.id} — ${item.error ?? "unknown"}\n`);
}
