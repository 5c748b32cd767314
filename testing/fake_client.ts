/**
 * Clients of fake dugdales.
 *
 * @module
 */
import { orAborted } from "../client/abort.ts";
import { LettsClient } from "../client/client.ts";
import type { LettsClientOptions } from "../client/types.ts";
import { lettsConfig } from "../config/letts/config.ts";
import type { LettsYaml } from "../config/letts/types.ts";
import type { FakeDugdale } from "./fake_dugdale.ts";

/** How to open a client of fake dugdales. */
export interface FakeClientOptions extends Omit<LettsClientOptions, "config" | "path" | "env" | "fetch"> {
  /**
   * Contents of letts.yaml. Hosts and proxies are ignored; tokens matter only to fake dugdales with tokens. Default:
   * every fake dugdale has the lanes `default` and `normal` and no labels, and a route of each name leads to that lane
   * of the first one.
   */
  readonly yaml?: LettsYaml | undefined;
}

/**
 * Opens a client whose requests go to fake dugdales, by their ids in letts.yaml. It retries failed calls without a
 * delay, unless the options say otherwise.
 *
 * @example
 * ```ts
 * import { FakeDugdale, openFakeClient } from "@letts/letts/testing";
 *
 * const dugdale = new FakeDugdale().on("greet", () => ({ hello: "world" }));
 * await using client = await openFakeClient({ s1: dugdale });
 * const { return: value } = await client.run({ route: "default" }, { mission: "greet" });
 * ```
 */
export function openFakeClient(
  dugdales: Readonly<Record<string, FakeDugdale>>,
  options: FakeClientOptions = {},
): Promise<LettsClient> {
  const { yaml, ...rest } = options;
  return LettsClient.open({
    retry: { backoffMs: [0] },
    stream: { backoffMs: [0] },
    ...rest,
    config: lettsConfig(reachable(yaml ?? defaultYaml(Object.keys(dugdales)))),
    fetch: fakeFetch(dugdales),
  });
}

/** A `fetch` that routes to fake dugdales: the first label of the host name is the id. */
export function fakeFetch(dugdales: Readonly<Record<string, FakeDugdale>>): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, sized(init));
    const { signal } = request;
    signal.throwIfAborted();
    const id = new URL(request.url).hostname.replace(/\.fake$/, "");
    const dugdale = dugdales[id];
    if (dugdale === undefined) throw new TypeError(`there is no fake dugdale "${id}"`);
    const response = await orAborted(dugdale.handle(request), signal);
    // As with a real connection, aborting the call ends its body too.
    return response.body === null
      ? response
      : new Response(response.body.pipeThrough(new TransformStream(), { signal }), response);
  };
}

/** As on a real connection, a body sent as a whole has a length. */
function sized(init: RequestInit | undefined): RequestInit | undefined {
  const body = init?.body;
  const length = body instanceof Blob ? body.size : body instanceof Uint8Array ? body.length : undefined;
  if (length === undefined) return init;
  const headers = new Headers(init?.headers);
  headers.set("Content-Length", String(length));
  return { ...init, headers };
}

function defaultYaml(ids: readonly string[]): LettsYaml {
  const [first] = ids;
  return {
    routes: first === undefined
      ? {}
      : { default: { host: first, lane: "default" }, normal: { host: first, lane: "normal" } },
    dugdales: ids.map((id) => ({ id, lanes: { default: { concurrency: 1 }, normal: { concurrency: 1 } } })),
  };
}

/** Hosts and tokens for {@linkcode fakeFetch}. */
function reachable(yaml: LettsYaml): LettsYaml {
  return {
    ...yaml,
    auth: { token: "fake", admin_token: "fake", exec_token: "fake", ...yaml.auth },
    dugdales: (yaml.dugdales ?? []).map((dugdale) => {
      return { ...dugdale, url: `http://${dugdale.id}.fake/`, proxy: null };
    }),
  };
}
