/**
 * A dugdale for the process that opens it: on loopback, with its own tokens.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { delimiter, dirname, isAbsolute } from "node:path";
import type { DugdaleMissionEnv } from "../config/dugdale/config.ts";
import { dugdaleConfig } from "../config/dugdale/read.ts";
import { openDugdale } from "./daemon.ts";
import { type Log, silentLog } from "./host/log.ts";
import { removeTree } from "./host/remove_tree.ts";
import { findDeno, missionStarter } from "./interpreters.ts";
import type { MissionChange } from "./mission_change.ts";

const INHERITED: readonly string[] = [
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

/**
 * Variables of this process passed on to missions: those needed to find programs, for the user's language, and to fetch
 * modules. They let first lines find the Deno of missions where the PATH has none.
 */
export function inheritedEnv(): DugdaleMissionEnv {
  const folder = dirname(findDeno() ?? "");
  const path = Deno.env.get("PATH");
  const isFound = !isAbsolute(folder) || path === undefined || path.split(delimiter).includes(folder);
  return { inherit: INHERITED, set: isFound ? {} : { PATH: `\${PATH}${delimiter}${folder}` } };
}

/** How to open an embedded dugdale. */
export interface EmbeddedDugdaleOptions {
  /** Directory of missions and files. Default: a temporary directory that is removed with the dugdale. */
  readonly dataDir?: string | undefined;
  /** Additional variables of missions; `${NAME}` is replaced by a variable of this process. */
  readonly missionEnv?: DugdaleMissionEnv["set"] | undefined;
  /** Default: no log. */
  readonly log?: Log | undefined;
  /** Called with changes of missions. Default: none. */
  readonly onMission?: ((change: MissionChange) => void) | undefined;
}

/** An embedded dugdale. Releasing it ends its missions, and removes its files unless a directory was given. */
export interface EmbeddedDugdale extends AsyncDisposable {
  /** Base URL. */
  readonly url: string;
  /** Token of scope dispatch, new each time. */
  readonly token: string;
  /** Token of scope admin, new each time. */
  readonly adminToken: string;
  /** Directory of missions and files. */
  readonly dataDir: string;
  /**
   * Runs a script according to its first line or its extension; a `command_template` for the path template `{mission}`.
   */
  readonly commandTemplate: readonly string[];
}

/**
 * Opens it. It has no lanes yet: an apply creates them, as for every dugdale.
 *
 * @throws {DataDirLockedError} When another dugdale uses the given directory.
 * @throws {NewerDatabaseError} When a newer version has written the database.
 */
export async function openEmbeddedDugdale(options: EmbeddedDugdaleOptions = {}): Promise<EmbeddedDugdale> {
  const { missionEnv = {}, log = silentLog, onMission } = options;
  await using stack = new AsyncDisposableStack();
  const dataDir = options.dataDir ?? realpathSync(Deno.makeTempDirSync({ prefix: "letts-" }));
  if (options.dataDir === undefined) stack.defer(() => removeTree(dataDir, { force: true }));
  const { inherit, set } = inheritedEnv();
  const token = crypto.randomUUID();
  const adminToken = crypto.randomUUID();
  const { url } = stack.use(
    await openDugdale({
      config: dugdaleConfig({
        listen: "127.0.0.1:0",
        dataDir,
        auth: { tokens: [token] },
        admin: { tokens: [adminToken] },
        missionEnv: { inherit, set: { ...set, ...missionEnv } },
      }),
      log,
      onMission,
    }),
  );
  const owned = stack.move();
  return {
    url,
    token,
    adminToken,
    dataDir,
    commandTemplate: ["sh", "-c", missionStarter(findDeno() ?? "deno"), "sh", "{mission_path}", "{mission}"],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
