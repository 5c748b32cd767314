/**
 * Plain tokens in letts.yaml, as opposed to variables.
 *
 * @module
 */
import type { Scope } from "../../protocol/routes.ts";
import type { LettsYaml, TokenFields } from "./types.ts";
import { isPlain } from "../variables.ts";

/** The keys of tokens by scope. */
export const TOKEN_KEYS: Readonly<Record<Scope, keyof TokenFields>> = {
  dispatch: "token",
  admin: "admin_token",
  exec: "exec_token",
};

/** Place and scope of a plain token. */
export interface PlainToken {
  /** Its scope. */
  readonly scope: Scope;
  /** Such as `auth.token`, `dugdales[0:web].admin_token` or `templates[base].exec_token`. */
  readonly location: string;
}

/** Lists the plain tokens of a file before its templates are applied, including unused templates. */
export function plainTokens(yaml: LettsYaml): PlainToken[] {
  const groups: (readonly [string, TokenFields])[] = [
    ["auth", yaml.auth ?? {}],
    ...(yaml.dugdales ?? []).map((dugdale, index) => [`dugdales[${index}:${dugdale.id}]`, dugdale] as const),
    ...Object.entries(yaml.templates ?? {}).map(([name, template]) =>
      [`templates[${name}]`, template] as const
    ),
  ];
  return groups.flatMap(([place, fields]) =>
    (["dispatch", "admin", "exec"] as const)
      .filter((scope) => isPlain(fields[TOKEN_KEYS[scope]] ?? ""))
      .map((scope) => ({ scope, location: `${place}.${TOKEN_KEYS[scope]}` }))
  );
}
