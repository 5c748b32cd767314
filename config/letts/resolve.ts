/**
 * Queries of a letts.yaml: dugdales, addresses, tokens, and apply bodies.
 *
 * @module
 */
import type { ApplyBody } from "../../protocol/lane.ts";
import type { Scope } from "../../protocol/routes.ts";
import { findHost, type HostNames } from "./aliases.ts";
import { findBaseUrl } from "./base_url.ts";
import { ConfigError, type ConfigErrorPlace } from "../config_error.ts";
import { applyBody, type DugdaleEntry, dugdaleEntry } from "./dugdale_entry.ts";
import type { LettsFile } from "./file.ts";
import type { RouteFields, TokenFields } from "./types.ts";
import type { Places } from "../yaml/places.ts";
import { type PlainToken, plainTokens, TOKEN_KEYS } from "./plain_tokens.ts";
import { proxySchemeFault } from "./proxy_scheme.ts";
import type { ExtendedFields, ExtendedYaml } from "./templates.ts";
import { type Env, fillVariables } from "../variables.ts";

interface Kept {
  readonly entry: DugdaleEntry;
  readonly fields: ExtendedFields;
  readonly key: string;
}

/**
 * A validated letts.yaml. Variables are looked up when a token, proxy or alias is used, so unset variables cause no
 * error until then. Entries contain no tokens and may be printed.
 *
 * Created by `lettsConfig`, `readLettsConfig` and `readLettsFiles`.
 */
export class LettsConfig {
  /** The file, as given; several are joined by `, `; empty for a configuration from memory. */
  readonly file: string;
  /** All dugdales in the order of the file, with inherited values. */
  readonly dugdales: readonly DugdaleEntry[];
  /** Labels used when a call names neither a target nor labels. */
  readonly selectorMatch: readonly string[];
  /** Plain tokens in the file. */
  readonly plainTokens: readonly PlainToken[];
  readonly #kept: ReadonlyMap<string, Kept>;
  readonly #names: HostNames<Kept>;
  readonly #routes: ReadonlyMap<string, RouteFields>;
  readonly #auth: TokenFields;
  readonly #defaultPort: number;
  readonly #places: Places;
  readonly #env: Env;

  /** Takes fields that passed all checks. */
  constructor(source: LettsFile, extended: ExtendedYaml, env: Env) {
    const kept = extended.dugdales.map((fields, index) => {
      return { entry: dugdaleEntry(fields), fields, key: `dugdales[${index}]` };
    });
    this.file = source.file;
    this.dugdales = kept.map(({ entry }) => entry);
    this.selectorMatch = extended.selector?.match ?? [];
    this.plainTokens = plainTokens(source.yaml);
    this.#kept = new Map(kept.map((one) => [one.entry.id, one]));
    this.#names = { dugdales: this.#kept, aliases: new Map(Object.entries(extended.aliases ?? {})) };
    this.#routes = new Map(Object.entries(extended.routes ?? {}));
    this.#auth = extended.auth ?? {};
    this.#defaultPort = extended.defaults?.port ?? 0;
    this.#places = source.places;
    this.#env = env;
  }

  /**
   * The dugdale of an id or alias. Ids take precedence; at most seven aliases may follow each other.
   *
   * @param hostOrAlias A number means its decimal text, as in `5: s5`.
   * @throws {ConfigError} When it does not resolve to a dugdale.
   * @throws {MissingVariableError} When a variable in an alias is not set.
   */
  dugdale(hostOrAlias: string | number): DugdaleEntry {
    return this.#find(String(hostOrAlias));
  }

  /** The names of all routes, in the order of the file. */
  get routeNames(): readonly string[] {
    return [...this.#routes.keys()];
  }

  /**
   * The dugdale and lane of a route.
   *
   * @throws {ConfigError} When there is no such route, or its host does not resolve to a dugdale.
   * @throws {MissingVariableError} When a variable in an alias is not set.
   */
  route(name: string): { dugdale: DugdaleEntry; lane: string } {
    const route = this.#routes.get(name);
    if (!route) throw this.#error(`there is no route ${JSON.stringify(name)}`, "routes");
    const dugdale = this.#find(route.host ?? "", `routes[${JSON.stringify(name)}].host`);
    return { dugdale, lane: route.lane ?? "" };
  }

  /** The dugdales with all of these labels and, if given, this lane, in the order of the file. */
  candidates(lane: string | undefined, labels: readonly string[]): DugdaleEntry[] {
    return this.dugdales.filter((dugdale) =>
      (lane === undefined || dugdale.lanes.has(lane)) &&
      labels.every((label) => dugdale.labels.includes(label))
    );
  }

  /**
   * The token for a scope: the dugdale's own, otherwise that of `auth`; never one of another scope.
   *
   * @throws {ConfigError} When none is configured, or it is empty.
   * @throws {MissingVariableError} When a variable in it is not set.
   */
  token(dugdale: DugdaleEntry, scope: Scope): string {
    const { fields, key } = this.#keptOf(dugdale);
    const name = TOKEN_KEYS[scope];
    const place = fields[name] ? `${key}.${name}` : `auth.${name}`;
    const written = fields[name] || this.#auth[name];
    const host = dugdale.id;
    if (!written) throw this.#error(`dugdale "${host}" has no ${scope} token (${name})`, key, { host });
    const token = fillVariables(written, this.#env, { ...this.#place(place), host });
    if (token === "") throw this.#error(`the ${scope} token of dugdale "${host}" is empty`, place, { host });
    return token;
  }

  /**
   * The proxy URL of a dugdale; `undefined` for a direct connection. May contain a password.
   *
   * @throws {ConfigError} When it is not a URL of a supported proxy scheme.
   * @throws {MissingVariableError} When a variable in it is not set.
   */
  proxy(dugdale: DugdaleEntry): string | undefined {
    const { fields, key } = this.#keptOf(dugdale);
    const host = dugdale.id;
    const proxy = fillVariables(fields.proxy, this.#env, { ...this.#place(`${key}.proxy`), host });
    if (proxy === "") return undefined;
    const fault = proxySchemeFault(proxy) ?? (URL.canParse(proxy) ? undefined : "must be a URL");
    if (fault) throw this.#error(fault, `${key}.proxy`, { owner: host, host });
    return proxy;
  }

  /**
   * The base URL of a dugdale: its `url`, otherwise `http://` with its host and the port of the host, of the dugdale,
   * of `defaults`, or 7180.
   *
   * @throws {ConfigError} When host or url is invalid.
   */
  baseUrl(dugdale: DugdaleEntry): URL {
    const answer = findBaseUrl(dugdale, this.#defaultPort);
    if (answer instanceof URL) return answer;
    const { id: host } = dugdale;
    throw this.#error(answer.problem, `${this.#keptOf(dugdale).key}.${answer.field}`, { owner: host, host });
  }

  /** The body that `apply` sends to a dugdale. */
  applyBody(dugdale: DugdaleEntry): ApplyBody {
    return applyBody(dugdale);
  }

  #find(host: string, asked?: string): DugdaleEntry {
    const answer = findHost(
      host,
      this.#names,
      (value, alias) => fillVariables(value, this.#env, this.#place(aliasKey(alias))),
    );
    if (answer && "found" in answer) return answer.found.entry;
    const problem = answer?.problem ?? `host ${JSON.stringify(host)} not found`;
    throw this.#error(problem, answer?.alias === undefined ? asked : aliasKey(answer.alias));
  }

  #keptOf(dugdale: DugdaleEntry): Kept {
    const kept = this.#kept.get(dugdale.id);
    if (kept) return kept;
    throw this.#error(`there is no dugdale "${dugdale.id}"`, "dugdales");
  }

  #error(problem: string, key?: string, of: Pick<ConfigErrorPlace, "owner" | "host"> = {}): ConfigError {
    return new ConfigError(problem, { ...this.#place(key), ...of });
  }

  #place(key?: string): ConfigErrorPlace {
    const file = this.file || undefined;
    return { stage: "use", file, key, ...(key === undefined ? {} : this.#places.find(key)) };
  }
}

function aliasKey(alias: string): string {
  return `aliases[${JSON.stringify(alias)}]`;
}
