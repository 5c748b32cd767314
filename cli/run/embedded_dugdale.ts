/**
 * A dugdale for one command: in this process, on a temporary directory, gone afterwards.
 *
 * @module
 */
import { realpathSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { LettsClient } from "../../client/client.ts";
import { dugdaleConfig } from "../../config/dugdale_yaml.ts";
import { lettsConfig } from "../../config/letts_config.ts";
import { openDugdale } from "../../dugdale/daemon.ts";
import { lineLog } from "../../dugdale/host/log.ts";
import { isMissionName } from "../../protocol/names.ts";
import type { Io } from "../io.ts";
import { clientOf } from "../open_client.ts";
import type { GlobalValues } from "../parse/parse.ts";
import type { CommandTemplate } from "./interpreter.ts";
import { ProcessWatch } from "./process_watch.ts";

/** The lane and the name of the dugdale. */
const LANE = "default";
const HOST = "embedded";

/**
 * Variables that scripts get from the shell, beside those of every mission: what it takes to find programs, speak
 * the user's language, and fetch modules.
 */
export const INHERITED: readonly string[] = [
  "PATH",
  "LANG",
  "LC_ALL",
  "DENO_DIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

/** The script that the dugdale is for. */
export interface EmbeddedScript {
  readonly path: string;
  readonly command: CommandTemplate;
}

/** A dugdale that can run one script. Releasing it ends what runs and removes its files. */
export interface EmbeddedDugdale extends AsyncDisposable {
  readonly client: LettsClient;
  readonly host: string;
  readonly lane: string;
  /** What the script is called as a mission. */
  readonly mission: string;
  /** Kills its processes and removes its files without waiting; for a process that leaves at once. */
  drop(): void;
}

/** Opens it. */
export async function openEmbedded(
  script: EmbeddedScript,
  globals: GlobalValues,
  io: Io,
): Promise<EmbeddedDugdale> {
  await using stack = new AsyncDisposableStack();
  const dataDir = realpathSync(Deno.makeTempDirSync({ prefix: "letts-" }));
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const level = globals.verbose ? "debug" : "error";
  const watch = new ProcessWatch(lineLog(level, "text", (line) => void io.stderr.write(line)));
  const tokens = { token: crypto.randomUUID(), admin_token: crypto.randomUUID() };
  const dugdale = stack.use(
    await openDugdale({
      config: dugdaleConfig({
        listen: "127.0.0.1:0",
        dataDir,
        auth: { tokens: [tokens.token] },
        admin: { tokens: [tokens.admin_token] },
        missionEnv: { inherit: INHERITED },
      }),
      log: watch,
    }),
  );
  const config = lettsConfig({
    dugdales: [{ id: HOST, url: dugdale.url, ...tokens, lanes: { [LANE]: { concurrency: 1 } } }],
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
      watch.kill();
      rmSync(dataDir, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
