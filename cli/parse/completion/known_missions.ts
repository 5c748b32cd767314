/**
 * Recent missions of all dugdales, for completion.
 *
 * @module
 */
import { LettsClient } from "../../../client/client.ts";
import { readLettsConfig } from "../../../config/letts/open.ts";
import type { Env } from "../../../config/variables.ts";
import { LettsError } from "../../../protocol/letts_error.ts";
import type { Candidate, Completed } from "./values.ts";

/** Maximum time that a user waits for a completion. */
const PATIENCE_MS = 1000;
const NEWEST = 50;

/** Ids with their mission names, or names only, newest first. Slow dugdales are skipped. */
export async function knownMissions(
  what: NonNullable<Completed["ask"]>,
  start: string,
  path: string | undefined,
  env: Env,
): Promise<readonly Candidate[]> {
  try {
    await using client = await LettsClient.open({
      config: readLettsConfig({ path, env }),
      env,
      requestTimeoutMs: PATIENCE_MS,
      retry: { attempts: 1 },
    });
    const { answers } = await client.askAll((host, signal) =>
      client.listMissions(host, { limit: NEWEST, signal }).page()
    );
    const missions = answers.flatMap(({ value }) => value.items);
    const candidates = missions
      .toSorted((a, b) => b.createdMs - a.createdMs)
      .map(({ missionId, missionName, displayName, status, outcome, kind }) =>
        what === "id"
          ? { word: missionId, means: `${displayName ?? missionName} ${outcome ?? status}` }
          : { word: kind === "mission" ? missionName : "", means: "" }
      );
    const fitting = candidates.filter(({ word }) => word !== "" && word.startsWith(start));
    return [...new Map(fitting.map((candidate) => [candidate.word, candidate])).values()];
  } catch (error) {
    if (error instanceof LettsError) return []; // a completion reports no errors
    throw error;
  }
}
