import type { DugdaleNamedToken } from "../../config/dugdale/config.ts";
import { quote } from "../../protocol/clip.ts";
import type { MissionKind } from "../../protocol/mission.ts";
import type { Scope } from "../../protocol/whoami.ts";
import type { View } from "../engine/enqueue.ts";
import { ProblemError } from "../problem_error.ts";
import type { MissionRow } from "../store/mission_row.ts";
import type { Within } from "../store/mission_list.ts";
import type { StagingRow } from "../store/staging_row.ts";
import type { Store } from "../store/store.ts";

/** A token as it was recognized. */
export interface KnownToken {
  /** Undefined for a token of a scope, which has no name. */
  readonly name: string | undefined;
  readonly scopes: readonly Scope[];
  readonly readOnly: boolean;
  /** From this Unix millisecond on it is refused. */
  readonly expiresMs: number | undefined;
  /** Undefined when it may see and use everything. */
  readonly limits: TokenLimits | undefined;
}

/** What a mission is told by. */
export type SeenMission = Pick<MissionRow, "kind" | "lane" | "mission_name">;

/**
 * What a token is limited to. What it may not see does not exist for it: it is left out of lists and counts, and asked for
 * by its id it is not found. What it may not use is refused by name, whether there is such a lane or not.
 */
export class TokenLimits {
  /** The name of the token, to which its uploads belong. */
  readonly owner: string;
  readonly lanes: readonly string[] | undefined;
  /** Names, or beginnings of names with `*` after them. */
  readonly missions: readonly string[] | undefined;
  readonly #pattern: RegExp | undefined;

  constructor({ name, lanes, missions }: Pick<DugdaleNamedToken, "name" | "lanes" | "missions">) {
    this.owner = name;
    this.lanes = lanes;
    this.missions = missions;
    const patterns = missions?.map((text) => text.replaceAll(".", "\\.").replace(/\*$/, ".*"));
    this.#pattern = patterns && new RegExp(`^(?:${patterns.join("|")})$`);
  }

  /** The same, for lists. */
  get within(): Within {
    return { lanes: this.lanes, missions: this.missions };
  }

  /** Whether the lane is one of those that are allowed. */
  hasLane(lane: string): boolean {
    return this.lanes === undefined || this.lanes.includes(lane);
  }

  /** Whether the mission is one of those that are allowed; a command never is where missions are named. */
  sees({ kind, lane, mission_name: name }: SeenMission): boolean {
    return this.hasLane(lane) &&
      (this.#pattern === undefined || (kind === "mission" && this.#pattern.test(name)));
  }

  /** Whether the file was sent with this token, or is one of a mission that it sees. */
  seesFile({ owner, staging_id: id }: Pick<StagingRow, "owner" | "staging_id">, store: Store): boolean {
    return owner === this.owner || store.staging.refs.missions(id).some((mission) => this.sees(mission));
  }

  /** What the engine may tell a caller of. */
  view(store: Store): View {
    return {
      sees: (mission) => this.sees(mission),
      seesFile: (file) => this.seesFile(file, store),
    };
  }

  /** @throws {ProblemError} `forbidden` When it may not dispatch that. */
  assertMayUse(kind: MissionKind, lane: string, name: string): void {
    if (!this.hasLane(lane)) {
      throw new ProblemError("forbidden", `the token ${this.owner} may not use lane ${quote(lane)}`, {
        details: { token: this.owner, lane },
      });
    }
    if (this.sees({ kind, lane, mission_name: name })) return;
    throw new ProblemError(
      "forbidden",
      `the token ${this.owner} may not dispatch ${kind === "exec" ? "commands" : `mission ${quote(name)}`}`,
      { details: { token: this.owner, mission: name } },
    );
  }
}
