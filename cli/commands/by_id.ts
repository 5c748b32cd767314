/**
 * Which dugdale has a mission.
 *
 * @module
 */
import type { LettsClient } from "../../client/client.ts";
import { LettsError } from "../../protocol/letts_error.ts";
import type { Mission } from "../../client/types.ts";
import { UUID } from "../../protocol/names.ts";
import { CommandError, UsageError } from "../errors.ts";
import { ManyHostsError } from "../many_hosts_error.ts";
import { findDugdale } from "./target.ts";

/** The flags that narrow the search. */
export interface ByIdFlags {
  readonly host: string | undefined;
  readonly match: readonly string[];
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
  const candidates = client.dugdales(flags.match);
  if (candidates.length === 0) throw new CommandError(`no dugdale ${labelText(flags.match)}`);
  const answers = await Promise.all(candidates.map(({ id }) => ask(client, id, missionId)));
  const found = answers.filter((answer) => answer !== undefined && !(answer instanceof LettsError));
  if (found.length > 1) {
    const hosts = found.map(({ host }) => host).join(", ");
    throw new CommandError(`${missionId} is on several dugdales (${hosts}); choose one with --host`);
  }
  if (found[0] !== undefined) return found[0].host;
  const errors = candidates.flatMap(({ id: host }, index) => {
    const error = answers[index];
    return error instanceof LettsError ? [{ host, error }] : [];
  });
  if (errors.length > 0) throw new ManyHostsError(errors, client.config);
  throw new CommandError(`${missionId} was not found on any of the ${candidates.length} dugdales`);
}

async function ask(
  client: LettsClient,
  host: string,
  missionId: string,
): Promise<Mission | LettsError | undefined> {
  try {
    return await client.getMission(missionId, { host });
  } catch (error) {
    if (error instanceof LettsError) return error;
    throw error;
  }
}

function labelText(match: readonly string[]): string {
  return match.length === 0 ? "in letts.yaml" : `has the labels ${match.join(", ")}`;
}
