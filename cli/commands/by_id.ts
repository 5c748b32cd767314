/**
 * Finds the dugdale of a mission.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import { UUID } from "../../protocol/names.ts";
import { CommandError, UsageError } from "../errors.ts";
import { ManyHostsError } from "../many_hosts_error.ts";
import { findDugdale } from "./target.ts";

/** Flags that narrow the search. */
export interface ByIdFlags {
  readonly host: string | undefined;
  readonly match: readonly string[];
}

/** Prefix of a key, which selects its newest mission. */
const KEY_PREFIX = "key:";

/** A mission and its dugdale. */
export interface FoundMission {
  readonly host: string;
  readonly missionId: string;
}

/** The beginning of an id, long enough to avoid accidental matches. */
const ID_START = /^[0-9a-f]{6,8}$|^[0-9a-f]{8}-[0-9a-f-]{0,26}$/;
/** The time in an id is from its client; a mission is listed by the time of its dugdale. */
const CLOCKS_DIFFER_MS = 3_600_000;

/**
 * Resolves an id, the beginning of one, or `key:` and a key to a mission and its dugdale: the given host without a
 * request, otherwise the only dugdale that has it.
 *
 * @throws {CommandError} When none has it, or several do.
 * @throws {ManyHostsError} When none has it and some could not be reached.
 */
export async function findById(client: LettsClient, id: string, flags: ByIdFlags): Promise<FoundMission> {
  if (id.startsWith(KEY_PREFIX)) return await findByKey(client, id.slice(KEY_PREFIX.length), flags);
  if (ID_START.test(id)) return await findByStart(client, id, flags);
  return { host: await hostOf(client, id, flags), missionId: id };
}

async function hostOf(client: LettsClient, missionId: string, flags: ByIdFlags): Promise<string> {
  const fault = UUID.fault(missionId);
  if (fault !== undefined) {
    throw new UsageError(`${fault}, the beginning of one (6 characters or more), or key: and a key`);
  }
  if (flags.host !== undefined) return findDugdale(client.config, flags.host).id;
  const asked = client.dugdales(flags.match).length;
  if (asked === 0) throw new CommandError(`no dugdale ${labelText(flags.match)}`);
  const { answers, unavailable } = await client.findMissions(missionId, { match: flags.match });
  const [found, ...others] = answers;
  if (found !== undefined && others.length === 0) return found.host;
  if (found !== undefined) {
    const hosts = answers.map(({ host }) => host).join(", ");
    throw new CommandError(`${missionId} is on several dugdales (${hosts}); choose one with --host`);
  }
  if (unavailable.length > 0) throw new ManyHostsError(unavailable, client.config);
  throw new CommandError(`${missionId} was not found on any of the ${asked} dugdales`);
}

async function findByKey(client: LettsClient, key: string, flags: ByIdFlags): Promise<FoundMission> {
  const host = flags.host === undefined ? undefined : findDugdale(client.config, flags.host).id;
  const mission = await client.findByKey(key, { host, match: flags.match });
  if (mission !== undefined) return mission;
  throw new CommandError(`no mission has the key ${JSON.stringify(key)}`);
}

/** Ids begin with their time, so only missions of that time are searched. */
async function findByStart(client: LettsClient, start: string, flags: ByIdFlags): Promise<FoundMission> {
  const time = start.replaceAll("-", "").slice(0, 12);
  const window = {
    since: parseInt(time.padEnd(12, "0"), 16) - CLOCKS_DIFFER_MS,
    until: parseInt(time.padEnd(12, "f"), 16) + CLOCKS_DIFFER_MS,
    limit: 1000,
  };
  const search = async (host: string, signal?: AbortSignal): Promise<FoundMission[]> => {
    const found: FoundMission[] = [];
    for await (const { missionId } of client.listMissions(host, { ...window, signal })) {
      if (missionId.startsWith(start)) found.push({ host, missionId });
      if (found.length > 1) break;
    }
    return found;
  };
  const { answers, unavailable } = flags.host === undefined
    ? await client.askAll(search, { match: flags.match })
    : { answers: [{ value: await search(findDugdale(client.config, flags.host).id) }], unavailable: [] };
  const [only, ...others] = answers.flatMap(({ value }) => value);
  if (only !== undefined && others.length === 0) return only;
  if (only !== undefined) {
    const some = [only, ...others].map(({ host, missionId }) => `${missionId} on ${host}`).join(", ");
    throw new CommandError(`several ids begin with ${start}, such as ${some}`);
  }
  if (unavailable.length > 0) throw new ManyHostsError(unavailable, client.config);
  throw new CommandError(`no id begins with ${start} on any of the ${answers.length} dugdales`);
}

function labelText(match: readonly string[]): string {
  return match.length === 0 ? "in letts.yaml" : `has the labels ${match.join(", ")}`;
}
