import { clip } from "../../protocol/clip.ts";
import { type RouteKey, ROUTES } from "../../protocol/routes.ts";
import { ProblemError } from "../problem_error.ts";

/** A route with the values of its `:name` segments. */
export interface Match {
  readonly route: RouteKey;
  readonly path: Readonly<Record<string, string>>;
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: { readonly name: string; readonly node: Node } | undefined;
  readonly methods: Map<string, RouteKey>;
}

const root = makeNode();
for (const [key, route] of Object.entries(ROUTES)) {
  let node = root;
  for (const part of route.path.split("/").slice(1)) {
    if (part.startsWith(":")) {
      node.parameter ??= { name: part.slice(1), node: makeNode() };
      node = node.parameter.node;
    } else {
      let next = node.literals.get(part);
      if (next === undefined) node.literals.set(part, next = makeNode());
      node = next;
    }
  }
  node.methods.set(route.method, key as RouteKey);
}

function makeNode(): Node {
  return { literals: new Map(), parameter: undefined, methods: new Map() };
}

/**
 * Finds the route of a request. A HEAD request uses the GET route where there is no route of its own.
 *
 * @throws {ProblemError} `not_found` for an unknown path, `method_not_allowed` with the allowed ones in `details`.
 */
export function matchRoute(method: string, pathname: string): Match {
  const path: Record<string, string> = {};
  const node = walk(root, pathname.split("/").slice(1), path);
  if (node === undefined || node.methods.size === 0) {
    throw new ProblemError("not_found", `there is no ${clip(pathname, 256, "…")} here`);
  }
  const route = node.methods.get(method) ?? (method === "HEAD" ? node.methods.get("GET") : undefined);
  if (route !== undefined) return { route, path };
  const allow = new Set(node.methods.keys());
  if (allow.has("GET")) allow.add("HEAD");
  throw new ProblemError("method_not_allowed", `${method} is not possible here`, {
    details: { allow: [...allow].sort() },
  });
}

/** A literal segment wins over a parameter; where it leads nowhere, the parameter is tried. */
function walk(node: Node, parts: readonly string[], path: Record<string, string>): Node | undefined {
  const [part, ...rest] = parts;
  if (part === undefined) return node;
  const literal = node.literals.get(part);
  const found = literal && walk(literal, rest, path);
  if (found !== undefined && found.methods.size > 0) return found;
  if (node.parameter === undefined || part === "") return undefined;
  const value = decoded(part);
  if (value === undefined) return undefined;
  path[node.parameter.name] = value;
  return walk(node.parameter.node, rest, path);
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not UTF-8 behind the percent signs: no name of ours can be meant.
    return undefined;
  }
}
