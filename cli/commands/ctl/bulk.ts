/**
 * Restarts or deletes all missions that a selector matches.
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

/** Flags of the selection. */
export type BulkValues = Values<typeof BULK_FLAGS> & { readonly host: string | undefined };

/** The action. */
export type BulkVerb = "restart" | "delete";

/** Maximum size of a request, and of a page. */
const CHUNK = 1000;

/** Whether a selector is given. @throws {UsageError} When neither or both of selector and id are given. */
export function isBulk({ flags, args }: Call<BulkValues>): boolean {
  if (flags.selector === undefined) {
    if (args.length === 0) throw new UsageError("an id or --selector is required");
    return false;
  }
  if (args.length > 0) throw new UsageError("an id and --selector cannot be used together");
  return true;
}

/**
 * Finds the missions, asks for confirmation, and applies the action.
 *
 * @throws {CommandError} When the answer was not yes, or the action failed for a mission.
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

/** All matching missions, so that the question names the exact number; a positive `limit` ends the search earlier. */
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

/** Prints the id on success, and the reason of a failure on stderr. */
export async function printItem({ io }: Call<unknown>, item: BulkItem): Promise<void> {
  if (item.ok) await io.stdout.write(`${item.mission_id ?? item.id}\n`);
  else await io.stderr.write(`  FAIL ${item.id} — ${item.error ?? "unknown"}\n`);
}
