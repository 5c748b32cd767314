/**
 * A dugdale for one command: in this process, in a temporary directory that is removed afterwards.
 *
 * @module
 */
import { realpathSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { LettsClient } from "../../../client/client.ts";
import { lettsConfig } from "../../../config/letts/config.ts";
import { openEmbeddedDugdale } from "../../../dugdale/embedded.ts";
import { lineLog } from "../../../dugdale/host/log.ts";
import { isMissionName } from "../../../protocol/names.ts";
import { clientOf } from "../../open_client.ts";
import type { Io } from "../../output/io.ts";
import type { GlobalValues } from "../../parse/global_flags.ts";
import type { CommandTemplate } from "./interpreter.ts";

/** Name of the lane and the dugdale. */
const LANE = "default";
const HOST = "embedded";

/** The script to run. */
export interface EmbeddedScript {
  readonly path: string;
  readonly command: CommandTemplate;
}

/** A dugdale that can run one script. Releasing it ends running missions and removes its files. */
export interface EmbeddedDugdale extends AsyncDisposable {
  readonly client: LettsClient;
  readonly host: string;
  readonly lane: string;
  /** Mission name of the script. */
  readonly mission: string;
  /** Kills its processes and removes its files synchronously, for immediate exit. */
  drop(): void;
}

/** Opens it. */
export async function openEmbedded(
  script: EmbeddedScript,
  globals: GlobalValues,
  io: Io,
): Promise<EmbeddedDugdale> {
  await using stack = new AsyncDisposableStack();
  const level = globals.verbose ? "debug" : "error";
  const log = lineLog(level, "text", (line) => void io.stderr.write(line));
  const groups = new Map<string, number>();
  const dugdale = stack.use(
    await openEmbeddedDugdale({
      log,
      onMission(change) {
        if (change.change === "started") groups.set(change.missionId, change.pid);
        else groups.delete(change.missionId);
      },
    }),
  );
  const config = lettsConfig({
    dugdales: [{
      id: HOST,
      url: dugdale.url,
      token: dugdale.token,
      admin_token: dugdale.adminToken,
      lanes: { [LANE]: { concurrency: 1 } },
    }],
  });
  const client = stack.use(await clientOf(config, globals, io));
  const path = realpathSync(script.path);
  const name = basename(path);
  await client.apply(HOST, {
    mission_dir: dirname(path),
    lanes: { [LANE]: { concurrency: 1 } },
    runtime: { mission_path_template: name, command_template: script.command },
  });
  const owned = stack.move();
  return {
    client,
    host: HOST,
    lane: LANE,
    mission: isMissionName(name) ? name : "script",
    drop() {
      groups.values().forEach(killGroup);
      rmSync(dugdale.dataDir, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function killGroup(pid: number): void {
  try {
    Deno.kill(-pid, "SIGKILL");
  } catch {
    // It ended by itself in the meantime.
  }
}
