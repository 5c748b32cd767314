/**
 * The tokens of a dugdale.yaml: their variables and files, and which ones are refused.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { ConfigError } from "../config_error.ts";
import { readFileText, requirePrivateMode } from "../file_text.ts";
import { type Env, fillVariables } from "../variables.ts";
import type { DugdaleConfig, DugdaleNamedToken, DugdaleTokens } from "./config.ts";

const GROUPS = ["auth", "admin", "exec"] as const;

/** Shorter tokens are refused: they are found within seconds. */
const MIN_CHARS = 4;
/** Shorter tokens are warned of: a random one should have 128 bits. */
const STRONG_CHARS = 16;

/** How tokens are resolved. */
export interface TokenOptions {
  /** The dugdale.yaml: paths are relative to its folder, and errors name it. */
  readonly file: string;
  readonly env: Env;
  /** Accept token files that others can read. Default false. */
  readonly insecurePermissions?: boolean | undefined;
}

/**
 * Fills in the variables of tokens, and adds the tokens of token files.
 *
 * @throws {ConfigError} With the stage `parse` for a token that is refused or a variable that is not set, with the stage
 * `permissions` for a token file that others can read.
 */
export function withTokens(config: DugdaleConfig, options: TokenOptions): DugdaleConfig {
  const [auth, admin, exec] = GROUPS.map((group) => {
    const keys = { tokens: (index: number) => `${group}.tokens[${index}]`, file: `${group}.token_file` };
    return resolved(config[group], keys, options);
  }) as [
    string[],
    string[],
    string[],
  ];
  const tokens = config.tokens.map((token, index) => {
    const key = `tokens[${index}]`;
    return {
      ...token,
      tokens: resolved(token, { tokens: () => `${key}.token`, file: `${key}.token_file` }, options),
    };
  });
  assertDistinct({ auth, admin, exec }, tokens, options.file);
  return {
    ...config,
    tokens,
    auth: { ...config.auth, tokens: auth },
    admin: { ...config.admin, tokens: admin },
    exec: { ...config.exec, tokens: exec },
  };
}

/** Where tokens stand in the file. */
interface TokenKeys {
  readonly tokens: (index: number) => string;
  readonly file: string;
}

function resolved({ tokens, tokenFile }: DugdaleTokens, keys: TokenKeys, options: TokenOptions): string[] {
  const { file, env } = options;
  const own = tokens.map((token, index) => {
    const key = keys.tokens(index);
    return accepted(fillVariables(token, env, { file, key }), { file, key });
  });
  if (tokenFile === "") return own;
  const key = keys.file;
  const content = readFileText(resolve(dirname(file), fillVariables(tokenFile, env, { file, key })));
  if (!options.insecurePermissions) requirePrivateMode(content, "tokens");
  const lines = content.text.split(/\r?\n/).map((line) => line.trim());
  const added = lines.filter((line) => line !== "" && !line.startsWith("#"));
  if (added.length === 0) throw new ConfigError("holds no token", { stage: "parse", file: content.file });
  return [...own, ...added.map((token) => accepted(token, { file: content.file, key: "token" }))];
}

/**
 * A token with limits must not be one without, nor that of another name.
 *
 * @throws {ConfigError}
 */
function assertDistinct(
  groups: Readonly<Record<(typeof GROUPS)[number], readonly string[]>>,
  named: readonly DugdaleNamedToken[],
  file: string,
): void {
  const seen = new Map<string, string>();
  for (const group of GROUPS) for (const token of groups[group]) seen.set(token, `${group}.tokens`);
  for (const [index, { tokens }] of named.entries()) {
    const key = `tokens[${index}]`;
    for (const token of tokens) {
      const other = seen.get(token) ?? key;
      if (other !== key) {
        throw new ConfigError(`has the same token as ${other}`, { stage: "parse", file, key });
      }
      seen.set(token, key);
    }
  }
}

/** The token is never part of a message. */
function accepted(token: string, { file, key }: { readonly file: string; readonly key: string }): string {
  const refuse = (problem: string): never => {
    throw new ConfigError(problem, { stage: "parse", file, key });
  };
  if (token.trim() === "") refuse("must not be blank");
  if (token.trim() !== token) refuse("must not begin or end with white space");
  if (token.length < MIN_CHARS) refuse(`must have at least ${MIN_CHARS} characters; 32 random ones are good`);
  if (token.toLowerCase().startsWith("change-me")) {
    refuse("is the placeholder of the example; replace it by a random token");
  }
  return token;
}

/** Warnings about tokens, in sentences that name only keys and names of tokens. */
export function tokenWarnings(config: DugdaleConfig, nowMs: number): string[] {
  const warnings: string[] = [];
  for (const { name, tokens, expiresMs } of config.tokens) {
    if (tokens.some((token) => token.length < STRONG_CHARS)) {
      warnings.push(`the token ${name} is short: it has fewer than ${STRONG_CHARS} characters`);
    }
    if (expiresMs !== undefined && expiresMs <= nowMs) {
      warnings.push(`the token ${name} has expired on ${new Date(expiresMs).toISOString()}`);
    }
  }
  const groupsOf = new Map<string, string[]>();
  for (const group of GROUPS) {
    for (const [index, token] of config[group].tokens.entries()) {
      const key = `${group}.tokens[${index}]`;
      groupsOf.set(token, [...groupsOf.get(token) ?? [], key]);
      if (token.length < STRONG_CHARS) {
        warnings.push(`${key} is short: it has fewer than ${STRONG_CHARS} characters`);
      }
    }
  }
  for (const keys of groupsOf.values()) {
    if (keys.length > 1) {
      warnings.push(`${keys.join(" and ")} are the same token: it opens all of these scopes`);
    }
  }
  return warnings;
}
