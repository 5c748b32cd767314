/**
 * The web UI: a server for browsers in front of the dugdales of a letts.yaml.
 *
 * @module
 */
import type { DugdaleEntry } from "../config/letts/dugdale_entry.ts";
import type { LettsConfig } from "../config/letts/resolve.ts";
import { LettsClient } from "../client/client.ts";
import { systemClock } from "../dugdale/host/clock.ts";
import { type Log, silentLog } from "../dugdale/host/log.ts";
import { HostRule } from "../dugdale/http/host_rule.ts";
import { listen } from "../dugdale/http/server.ts";
import { VERSION } from "../dugdale/version.ts";
import { UiApp } from "./app.ts";
import { pageFiles } from "./page_files.ts";
import { type Clients, Sessions } from "./sessions.ts";

/** Where the UI listens by default. */
export const UI_LISTEN = "127.0.0.1:7190";

/** How to open the UI. */
export interface UiOptions {
  /** The dugdales. */
  readonly config: LettsConfig;
  /** `host:port`; port 0 takes a free one. Default {@linkcode UI_LISTEN}. */
  readonly listen?: string | undefined;
  /** Names that the UI is reached by, beside loopback names and addresses; `*` for any name. Default none. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Refuses every change. Default false. */
  readonly readOnly?: boolean | undefined;
  /** Shown on the page. Default `letts`. */
  readonly title?: string | undefined;
  /** `light`, `dark` or `auto`, unless the browser chose another one. Default `auto`. */
  readonly theme?: string | undefined;
  /** How long answers are shared, in milliseconds. Default 1000. */
  readonly cacheMs?: number | undefined;
  /** How long a dugdale may take for a read, in milliseconds. Default 5000. */
  readonly readTimeoutMs?: number | undefined;
  /** Whether there is a link that signs in once. Default true. */
  readonly link?: boolean | undefined;
  /** Default: nothing is logged. */
  readonly log?: Log | undefined;
}

/** An open UI. Releasing it ends its streams and closes everything. */
export interface Ui extends AsyncDisposable {
  /** Where it answers. */
  readonly url: string;
  /** Opens it signed in, once. */
  readonly link: string;
}

const CHANGE_TIMEOUT_MS = 40_000;
const STOP_GRACE_MS = 5000;

/**
 * Opens the UI.
 *
 * @throws {ListenError} When the address cannot be listened on.
 */
export async function openUi(options: UiOptions): Promise<Ui> {
  const { config, log = silentLog, readTimeoutMs = 5000 } = options;
  await using stack = new AsyncDisposableStack();
  const clock = systemClock;
  const sessions = stack.use(new Sessions(clock, options.link ?? true));
  const stopping = new AbortController();
  const app = new UiApp({
    sessions,
    open: (token) => openClients(config, token, readTimeoutMs),
    readOnly: options.readOnly ?? false,
    title: options.title ?? "letts",
    theme: options.theme ?? "auto",
    version: VERSION.version,
    cacheMs: options.cacheMs ?? 1000,
    page: pageFiles,
    clock,
    log,
    stopping: stopping.signal,
    audit: ({ rights }, action, facts) => {
      const [first] = rights.values();
      log.info("ui action", { action, actor: first?.name ?? "letts.yaml", ...facts });
    },
  });
  const server = listen(options.listen ?? UI_LISTEN, {
    app,
    limits: { max: 1000, maxPerAddress: 500, idleMs: 60_000, headerMs: 10_000 },
    hosts: new HostRule(
      options.allowedHosts?.includes("*")
        ? { kind: "all" }
        : { kind: "named", names: options.allowedHosts ?? [] },
    ),
    clock,
    log,
  });
  stack.defer(async () => {
    stopping.abort();
    await server.stop(STOP_GRACE_MS);
  });
  const { hostname, port } = server.address;
  const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  const owned = stack.move();
  return {
    url,
    get link() {
      return sessions.key === undefined ? url : `${url}/#key=${sessions.key}`;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Clients with the tokens of letts.yaml, or with one token for every dugdale and scope. */
async function openClients(
  config: LettsConfig,
  token: string | undefined,
  readTimeoutMs: number,
): Promise<Clients> {
  const tokens = token === undefined ? config : withToken(config, token);
  const reads = await LettsClient.open({
    config: tokens,
    requestTimeoutMs: readTimeoutMs,
    retry: { attempts: 2, backoffMs: [50] },
  });
  const changes = await LettsClient.open({
    config: tokens,
    requestTimeoutMs: CHANGE_TIMEOUT_MS,
    retry: { attempts: 1 },
  });
  return {
    reads,
    changes,
    async [Symbol.asyncDispose]() {
      await reads.close();
      await changes.close();
    },
  };
}

/** The same dugdales with one token for everything. */
function withToken(config: LettsConfig, token: string): LettsConfig {
  return new Proxy(config, {
    get(target, key) {
      if (key === "token") return (_dugdale: DugdaleEntry) => token;
      const member: unknown = Reflect.get(target, key, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
