/**
 * A client whose only dugdale runs in the same process.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { lettsConfig } from "../config/letts/config.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import type { LaneSettings } from "../protocol/lane.ts";
import { ArgumentError } from "./errors.ts";
import { ConfigError } from "../config/config_error.ts";
import { toPath } from "./files/local_file.ts";
import type { LettsClientOptions } from "./types.ts";

/** Name of the dugdale in the configuration of the client. */
export const EMBEDDED_HOST = "embedded";

/** How to open a client with a dugdale in the same process. */
export interface EmbeddedClientOptions extends
  Pick<
    LettsClientOptions,
    "retry" | "stream" | "requestTimeoutMs" | "traceparent" | "tracer" | "onLaunchFailure"
  > {
  /** Folder of the mission scripts. */
  readonly missions: string | URL;
  /** Missions of lane `default` that may run at the same time. Default: as many as there are processors. */
  readonly concurrency?: number | undefined;
  /** Lanes by name, beside lane `default`. */
  readonly lanes?: Readonly<Record<string, Pick<LaneSettings, "concurrency" | "paused">>> | undefined;
  /** Where missions and files are kept. Default: a temporary folder that goes with the client. */
  readonly dataDir?: string | URL | undefined;
  /**
   * argv of every mission, with `{mission}` and `{mission_path}` in it. Default: a mission `resize` is the file
   * `resize`, `resize.ts`, `resize.py` and so on, and its first line or its ending says what runs it. Without a first
   * line Deno gives it its own folder and the variables of letts, nothing else.
   */
  readonly command?: readonly string[] | undefined;
  /** Path of a mission's file in the folder, for a `command` of yours. Default `{mission}`. */
  readonly missionPath?: string | undefined;
  /** Variables that missions get in addition; `${NAME}` is replaced by a variable of this process. */
  readonly missionEnv?: Readonly<Record<string, string>> | undefined;
}

/** The dugdale of an embedded client. */
export interface Embedded {
  /** Its address, and the configuration to apply. */
  readonly config: LettsConfig;
  /** Ends its missions and releases it. */
  readonly dugdale: AsyncDisposable;
}

/** Opens the dugdale. */
export async function openEmbedded(options: EmbeddedClientOptions): Promise<Embedded> {
  const { concurrency = availableParallelism(), lanes, dataDir, command, missionPath, missionEnv } = options;
  if (!("Deno" in globalThis)) throw new ConfigError("an embedded dugdale needs Deno");
  const folder = resolve(toPath(options.missions));
  if (!(await stat(folder).catch(() => undefined))?.isDirectory()) {
    throw new ArgumentError(`missions ${JSON.stringify(folder)} must be a folder that can be read`);
  }
  // Loaded when it is asked for: the client is a fraction of its size, and runs where a dugdale does not.
  const { openEmbeddedDugdale } = await import("../dugdale/embedded.ts");
  const dugdale = await openEmbeddedDugdale({
    dataDir: dataDir === undefined ? undefined : resolve(toPath(dataDir)),
    missionEnv,
  });
  try {
    const config = lettsConfig({
      routes: { default: { host: EMBEDDED_HOST, lane: "default" } },
      dugdales: [{
        id: EMBEDDED_HOST,
        url: dugdale.url,
        token: dugdale.token,
        admin_token: dugdale.adminToken,
        mission_dir: folder,
        runtime: {
          mission_path_template: missionPath ?? "{mission}",
          command_template: command ?? dugdale.commandTemplate,
        },
        lanes: { default: { concurrency }, ...lanes },
      }],
    });
    return { config, dugdale };
  } catch (error) {
    await dugdale[Symbol.asyncDispose]();
    throw error;
  }
}
