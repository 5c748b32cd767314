/** Real dugdales and a UI in front of them. @module */
import { lettsConfig } from "../../config/letts/config.ts";
import { LettsClient } from "../../client/client.ts";
import { dugdaleConfig, openDugdale } from "../../dugdale/mod.ts";
import { openUi, type Ui, type UiOptions } from "../../ui/server.ts";

/** Tokens of every dugdale. */
export const TOKENS = { dispatch: "dispatch-secret-1", admin: "admin-secret-2", reading: "reading-secret-3" };

/** The missions, as shell scripts. */
const SCRIPTS: Readonly<Record<string, string>> = {
  hello: `cat; echo; printf '\\033[32mgreen\\033[0m plain\\n'; echo to-stderr >&2; ` +
    `echo '{"event":"progress","value":0.5,"message":"half way"}' >&3; ` +
    `echo '{"event":"success","return":{"big":9007199254740993}}' >&3`,
  fails: `echo '{"event":"fail","reason":"quota","message":"the disk is <b>full</b>"}' >&3; exit 3`,
  forever: `echo started; exec sleep 600`,
  report: `echo content > "$LETTS_WORKDIR/out/report"; echo '{"event":"output_file","key":"report"}' >&3`,
};

/**
 * An address of loopback that no other process uses, so that a dugdale which is started again finds its port free. Other
 * systems than Linux have only one.
 */
const HOST = Deno.build.os === "linux" ? `127.77.${(Deno.pid >> 8) & 255}.${Deno.pid & 255}` : "127.0.0.1";

/** What {@linkcode openFixture} opens. */
export interface Fixture extends AsyncDisposable {
  readonly ui: Ui;
  /** A client with all tokens. */
  readonly client: LettsClient;
  readonly folder: string;
  /** Ends a dugdale. */
  stop(host: string): Promise<void>;
  /** Starts it again, where it was. */
  start(host: string): Promise<void>;
}

/** Opens dugdales named `s1`, `s2`, … with lanes `fast` and `slow`, and the UI. */
export async function openFixture(hosts = 1, options: Partial<UiOptions> = {}): Promise<Fixture> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "letts-ui-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/missions`);
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(`${folder}/missions/${name}.sh`, `${script}\n`);
  }
  const names = Array.from({ length: hosts }, (_, at) => `s${at + 1}`);
  const open = new Map<string, Awaited<ReturnType<typeof openDugdale>>>();
  stack.defer(async () => {
    for (const dugdale of open.values()) await dugdale[Symbol.asyncDispose]();
  });
  const start = async (host: string, listen = `${HOST}:0`): Promise<string> => {
    const config = dugdaleConfig({
      listen,
      dataDir: `${folder}/data-${host}`,
      auth: { tokens: [TOKENS.dispatch] },
      admin: { tokens: [TOKENS.admin] },
      tokens: [{
        name: "watcher",
        tokens: [TOKENS.reading],
        tokenFile: "",
        scopes: ["admin"],
        readOnly: true,
      }],
    });
    const dugdale = await openDugdale({ config });
    open.set(host, dugdale);
    return dugdale.url;
  };
  const urls = new Map<string, string>();
  for (const host of names) urls.set(host, await start(host));
  const config = lettsConfig({
    auth: { token: TOKENS.dispatch, admin_token: TOKENS.admin },
    dugdales: names.map((id) => ({
      id,
      url: urls.get(id) ?? "",
      labels: [id === "s1" ? "first" : "other"],
      mission_dir: `${folder}/missions`,
      runtime: { mission_path_template: "{mission}.sh", command_template: ["sh", "{mission_path}"] },
      lanes: { fast: { concurrency: 4 }, slow: { concurrency: 1 } },
    })),
  });
  const client = stack.use(await LettsClient.open({ config }));
  for (const host of names) await client.apply(host);
  const ui = stack.use(await openUi({ config, listen: "127.0.0.1:0", cacheMs: 0, ...options }));
  const owned = stack.move();
  return {
    ui,
    client,
    folder,
    async stop(host) {
      await open.get(host)?.[Symbol.asyncDispose]();
      open.delete(host);
    },
    async start(host) {
      await start(host, urls.get(host)?.replace("http://", ""));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A browser without a screen: it keeps cookies and sends the proof of the same origin. */
export class Visitor {
  readonly #url: string;
  readonly cookies: Map<string, string> = new Map();

  constructor(url: string) {
    this.#url = url;
  }

  /** Sends a request with the cookies; changes of one origin by default. */
  async request(
    method: string,
    path: string,
    { body, headers = {} }: { readonly body?: unknown; readonly headers?: Record<string, string> } = {},
  ): Promise<{ status: number; headers: Headers; text: string }> {
    const response = await fetch(this.#url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(this.cookies.size > 0 &&
          { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ") }),
        ...(method === "GET" ? {} : {
          "sec-fetch-site": "same-origin",
          "x-csrf-token": this.cookies.get("letts_csrf") ?? "",
        }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** Fetches the page, which gives the first cookie, and signs in. */
  async signIn(body: { readonly key?: string; readonly token?: string }): Promise<number> {
    await this.request("GET", "/");
    const { status } = await this.request("POST", "/api/session", { body });
    return status;
  }
}

/** The key in the link of a UI. */
export function keyOf({ link }: Ui): string {
  return new URL(link).hash.replace("#key=", "");
}
