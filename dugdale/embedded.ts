/**
 * A dugdale for the process that opens it: on loopback, with tokens of its own.
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
 * Variables that missions get from this process, beside those of every mission: what it takes to find programs, speak
 * the user's language, and fetch modules. A first line finds the Deno that runs missions where PATH has none.
 */
export function inheritedEnv(): DugdaleMissionEnv {
  const folder = dirname(findDeno() ?? "");
  const path = Deno.env.get("PATH");
  const isFound = !isAbsolute(folder) || path === undefined || path.split(delimiter).includes(folder);
  return { inherit: INHERITED, set: isFound ? {} : { PATH: `\${PATH}${delimiter}${folder}` } };
}

/** How to open an embedded dugdale. */
export interface EmbeddedDugdaleOptions {
  /** Where missions and files are kept. Default: a temporary directory that goes with the dugdale. */
  readonly dataDir?: string | undefined;
  /** Variables that missions get in addition; `${NAME}` is replaced by a variable of this process. */
  readonly missionEnv?: DugdaleMissionEnv["set"] | undefined;
  /** Default: nothing is logged. */
  readonly log?: Log | undefined;
  /** Called with the changes of missions. Default: none. */
  readonly onMission?: ((change: MissionChange) => void) | undefined;
}

/** An embedded dugdale. Releasing it ends its missions, and removes its files unless a directory was given. */
export interface EmbeddedDugdale extends AsyncDisposable {
  /** Where it answers. */
  readonly url: string;
  /** Token to dispatch with, new each time. */
  readonly token: string;
  /** Token of an administrator, new each time. */
  readonly adminToken: string;
  /** Where missions and files are kept. */
  readonly dataDir: string;
  /**
   * Runs a script by its first line, or by the ending of its name; as `command_template`, with `{mission}` as the path
   * template.
   */
  readonly commandTemplate: readonly string[];
}

/**
 * Opens it. It has no lanes yet: they come with an apply, as for every dugdale.
 *
 * @throws {DataDirLockedError} When another dugdale uses the given directory.
 * @throws {NewerDatabaseError} When a newer version has written it.
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
