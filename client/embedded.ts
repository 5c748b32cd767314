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

/** Name of the dugdale in the client's configuration. */
export const EMBEDDED_HOST = "embedded";

/** How to open a client with a dugdale in the same process. */
export interface EmbeddedClientOptions extends
  Pick<
    LettsClientOptions,
    "retry" | "stream" | "requestTimeoutMs" | "traceparent" | "tracer" | "onLaunchFailure"
  > {
  /** Folder of the mission scripts. */
  readonly missions: string | URL;
  /** Concurrency of lane `default`. Default: the number of processors. */
  readonly concurrency?: number | undefined;
  /** Lanes by name, in addition to lane `default`. */
  readonly lanes?: Readonly<Record<string, Pick<LaneSettings, "concurrency" | "paused">>> | undefined;
  /** Directory of missions and files. Default: a temporary folder that is removed with the client. */
  readonly dataDir?: string | URL | undefined;
  /**
   * Command line of every mission, with the placeholders `{mission}` and `{mission_path}`. Default: mission `resize` is
   * the file `resize`, `resize.ts`, `resize.py` and so on, run according to its first line or its extension. Deno
   * scripts without a first line get access to their own folder and the variables of letts only.
   */
  readonly command?: readonly string[] | undefined;
  /** Path of a mission's file inside the folder, for a custom `command`. Default `{mission}`. */
  readonly missionPath?: string | undefined;
  /** Additional environment variables of missions; `${NAME}` is replaced by a variable of this process. */
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
  // Imported only when needed: the client alone is much smaller, and also runs where a dugdale does not.
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
