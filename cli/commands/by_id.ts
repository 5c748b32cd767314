/**
 * Which dugdale has a mission.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import { UUID } from "../../protocol/names.ts";
import { CommandError, UsageError } from "../errors.ts";
import { ManyHostsError } from "../many_hosts_error.ts";
import { findDugdale } from "./target.ts";

/** The flags that narrow the search. */
export interface ByIdFlags {
  readonly host: string | undefined;
  readonly match: readonly string[];
}

/** Before a key that stands for the newest mission with it. */
const KEY_PREFIX = "key:";

/**
 * The mission that an id, or `key:` and a key, stands for.
 *
 * @throws {CommandError} As {@linkcode hostOf}.
 */
export async function missionOf(
  client: LettsClient,
  text: string,
  flags: ByIdFlags,
): Promise<{ readonly host: string; readonly missionId: string }> {
  if (!text.startsWith(KEY_PREFIX)) return { host: await hostOf(client, text, flags), missionId: text };
  const host = flags.host === undefined ? undefined : findDugdale(client.config, flags.host).id;
  const mission = await client.findByKey(text.slice(KEY_PREFIX.length), { host, match: flags.match });
  if (mission !== undefined) return mission;
  throw new CommandError(`no mission has the key ${JSON.stringify(text.slice(KEY_PREFIX.length))}`);
}

/**
 * The id of the dugdale that has the mission: the given one unasked, else the only one of all that knows the id.
 *
 * @throws {CommandError} When none has it, or several do.
 * @throws {ManyHostsError} When none has it and some could not be asked.
 */
export async function hostOf(client: LettsClient, missionId: string, flags: ByIdFlags): Promise<string> {
  const fault = UUID.fault(missionId);
  if (fault !== undefined) throw new UsageError(fault);
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

function labelText(match: readonly string[]): string {
  return match.length === 0 ? "in letts.yaml" : `has the labels ${match.join(", ")}`;
}
