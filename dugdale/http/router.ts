import { clip } from "../../protocol/clip.ts";
import type { Route } from "../../protocol/routes.ts";
import { ProblemError } from "../problem_error.ts";

/** Routes by name. */
export type Paths<Key extends string> = Readonly<Record<Key, Pick<Route, "method" | "path">>>;

/** A route with the values of its `:name` segments. */
export interface Match<Key extends string> {
  readonly route: Key;
  readonly path: Readonly<Record<string, string>>;
}

interface Node<Key> {
  readonly literals: Map<string, Node<Key>>;
  parameter: { readonly name: string; readonly node: Node<Key> } | undefined;
  readonly methods: Map<string, Key>;
}

/** Finds the routes of requests in a table. */
export class Router<Key extends string> {
  readonly #root: Node<Key> = makeNode();
  /** Paths without a parameter, which need no tree walk. */
  readonly #literal = new Map<string, Node<Key>>();

  constructor(table: Paths<Key>) {
    for (const key of Object.keys(table) as Key[]) {
      const { method, path } = table[key];
      let node = this.#root;
      for (const part of path.split("/").slice(1)) node = childOf(node, part);
      node.methods.set(method, key);
      if (!path.includes("/:")) this.#literal.set(path, node);
    }
  }

  /**
   * Finds the route of a request. A HEAD request uses the GET route if there is none of its own.
   *
   * @throws {ProblemError} `not_found` for an unknown path, `method_not_allowed` with the allowed ones in `details`.
   */
  match(method: string, pathname: string): Match<Key> {
    const path: Record<string, string> = {};
    const node = this.#literal.get(pathname) ?? find(this.#root, pathname.split("/"), 1, path);
    if (node === undefined || node.methods.size === 0) {
      throw new ProblemError("not_found", `there is no route ${clip(pathname, 256, "…")}`);
    }
    const route = node.methods.get(method) ?? (method === "HEAD" ? node.methods.get("GET") : undefined);
    if (route !== undefined) return { route, path };
    const allow = new Set(node.methods.keys());
    if (allow.has("GET")) allow.add("HEAD");
    throw new ProblemError("method_not_allowed", `method ${clip(method, 32, "…")} is not allowed`, {
      details: { allow: [...allow].sort() },
    });
  }
}

function makeNode<Key>(): Node<Key> {
  return { literals: new Map(), parameter: undefined, methods: new Map() };
}

function childOf<Key>(node: Node<Key>, part: string): Node<Key> {
  if (part.startsWith(":")) return (node.parameter ??= { name: part.slice(1), node: makeNode() }).node;
  let child = node.literals.get(part);
  if (child === undefined) node.literals.set(part, child = makeNode());
  return child;
}

/** A literal segment takes precedence over a parameter; if it leads nowhere, the parameter is tried. */
function find<Key>(
  node: Node<Key>,
  parts: readonly string[],
  at: number,
  path: Record<string, string>,
): Node<Key> | undefined {
  const part = parts[at];
  if (part === undefined) return node;
  const literal = node.literals.get(part);
  const found = literal && find(literal, parts, at + 1, path);
  if (found !== undefined && found.methods.size > 0) return found;
  if (node.parameter === undefined || part === "") return undefined;
  const value = decoded(part);
  if (value === undefined) return undefined;
  path[node.parameter.name] = value;
  return find(node.parameter.node, parts, at + 1, path);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // The percent-encoded bytes are not UTF-8.
    return undefined;
  }
}
