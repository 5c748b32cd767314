/**
 * From a request to its answer: the page and its files, the routes of the API, and what protects both.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { setCookie } from "@std/http/cookie";
import { App, type Connection } from "../dugdale/http/app.ts";
import type { Application } from "../dugdale/http/server.ts";
import type { Log } from "../dugdale/host/log.ts";
import { type ApiParts, uiHandlers } from "./api.ts";
import { CONTENT_SECURITY_POLICY, guarded, requireSameOrigin } from "./guard.ts";
import type { PageFiles } from "./page_files.ts";
import { Refusal } from "./refusal.ts";
import { UI_ROUTES } from "./routes.ts";
import { cookiesOf, CSRF_COOKIE, randomSecret } from "./sessions.ts";

const BODY_MAX_BYTES = 4 * 1024 * 1024;
const STREAMS_MAX = 64;
const THEMES = ["auto", "light", "dark"];

/** What the UI is made of. */
export interface UiAppParts extends ApiParts {
  /** Called at the first request for the page. */
  readonly page: () => Promise<PageFiles>;
  readonly theme: string;
  readonly log: Log;
}

/** Answers the requests of browsers. */
export class UiApp implements Application {
  readonly #parts: UiAppParts;
  readonly #api: App<typeof UI_ROUTES>;
  #site: Promise<Site> | undefined;
  /** Open event streams by the address of the browser. */
  readonly #streams = new Map<string, number>();

  constructor(parts: UiAppParts) {
    this.#parts = parts;
    const { clock, log } = parts;
    this.#api = new App({
      routes: UI_ROUTES,
      handlers: uiHandlers(parts),
      admit: (_request, _key, { remoteAddr: { hostname, port } }) => ({
        scope: "none",
        address: `${hostname}:${port}`,
        ip: hostname,
      }),
      limits: {
        maxDispatchBodyBytes: BODY_MAX_BYTES,
        maxExecBodyBytes: BODY_MAX_BYTES,
        maxApplyBodyBytes: BODY_MAX_BYTES,
      },
      clock,
      log,
      onEnd: () => {},
    });
  }

  /** Answers a request. Never rejects. */
  async answer(request: Request, connection: Connection): Promise<Response> {
    return guarded(await this.#answer(request, connection));
  }

  async #answer(request: Request, connection: Connection): Promise<Response> {
    try {
      requireSameOrigin(request);
    } catch (error) {
      if (error instanceof Refusal) return error.response();
      throw error;
    }
    const { pathname } = new URL(request.url);
    if (pathname === "/healthz" || pathname.startsWith("/api/")) {
      const response = await this.#call(request, connection);
      if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
      return response;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return new Refusal(405, "method_not_allowed", `method ${request.method} is not allowed`).response();
    }
    const site = await (this.#site ??= this.#parts.page().then(siteOf));
    if (pathname.startsWith("/assets/")) return asset(site, pathname.slice("/assets/".length));
    return this.#page(request, site);
  }

  async #call(request: Request, connection: Connection): Promise<Response> {
    if (!request.headers.get("accept")?.includes("text/event-stream")) {
      return await this.#api.answer(request, connection);
    }
    const { hostname } = connection.remoteAddr;
    const open = this.#streams.get(hostname) ?? 0;
    if (open >= STREAMS_MAX) {
      return new Refusal(429, "too_many_streams", `at most ${STREAMS_MAX} open streams`).response();
    }
    this.#streams.set(hostname, open + 1);
    const end = (): void => {
      const left = (this.#streams.get(hostname) ?? 1) - 1;
      if (left > 0) this.#streams.set(hostname, left);
      else this.#streams.delete(hostname);
    };
    connection.completed.then(end, end);
    return await this.#api.answer(request, connection);
  }

  #page(request: Request, { script, style }: Site): Response {
    const cookies = cookiesOf(request.headers);
    const wanted = cookies.letts_theme ?? this.#parts.theme;
    const theme = THEMES.includes(wanted) ? wanted : this.#parts.theme;
    const html = `<!doctype html>
<html lang="en" data-theme="${theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>letts</title>
<link rel="icon" href="/assets/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${style}">
<script type="module" src="/assets/${script}"></script>
</head>
<body><div id="app"></div></body>
</html>
`;
    const response = new Response(html, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "cache-control": "no-store",
      },
    });
    if (!/^[0-9a-f]{64}$/.test(cookies[CSRF_COOKIE] ?? "")) {
      setCookie(response.headers, {
        name: CSRF_COOKIE,
        value: randomSecret(),
        path: "/",
        sameSite: "Strict",
        secure: request.headers.get("x-forwarded-proto") === "https",
      });
    }
    return response;
  }
}

/** The files that the page loads, by names that change with their content. */
interface Site {
  readonly script: string;
  readonly style: string;
  readonly assets: ReadonlyMap<string, { readonly type: string; readonly text: string }>;
}

function siteOf(page: PageFiles): Site {
  const script = hashed("app", page.script, "js"), style = hashed("app", page.style, "css");
  const assets = new Map([
    [script, { type: "text/javascript; charset=utf-8", text: page.script }],
    [style, { type: "text/css; charset=utf-8", text: page.style }],
    ["favicon.svg", { type: "image/svg+xml", text: FAVICON }],
  ]);
  return { script, style, assets };
}

function asset({ assets }: Site, name: string): Response {
  const found = assets.get(name);
  if (found === undefined) return new Refusal(404, "not_found", `there is no asset ${name}`).response();
  return new Response(found.text, {
    headers: { "content-type": found.type, "cache-control": "public, max-age=31536000, immutable" },
  });
}

function hashed(name: string, text: string, ending: string): string {
  return `${name}-${createHash("sha256").update(text).digest("hex").slice(0, 16)}.${ending}`;
}

const FAVICON =
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" ` +
  `fill="#2456d6"/><path d="M10 7v16h12" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" ` +
  `stroke-linejoin="round"/><circle cx="21" cy="12" r="3" fill="#7fe0b0"/></svg>`;
