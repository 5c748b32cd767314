import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import type { DugdaleNamedToken } from "../../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { tokenWarnings, withTokens } from "../../../config/dugdale/tokens.ts";
import { TempDir } from "../temp_dir.ts";

const config = (...tokens: string[]) =>
  dugdaleConfig({
    listen: "127.0.0.1:0",
    dataDir: "/d",
    auth: { tokens },
    admin: { tokens: ["0123456789abcdef"] },
  });
const resolve = (...tokens: string[]) =>
  withTokens(config(...tokens), {
    file: "dugdale.yaml",
    env: (name) => name === "A" ? "from the variable" : undefined,
  });

Deno.test("withTokens() fills variables in, also within a token", () => {
  assertEquals(resolve("${A}", "x-${A}").auth.tokens, ["from the variable", "x-from the variable"]);
});

for (
  const [token, message] of [
    ["", "must not be blank"],
    [" \t", "must not be blank"],
    ["token ", "must not begin or end with white space"],
    ["abc", "must have at least 4 characters"],
    ["Change-me-dispatch", "is the placeholder of the example"],
  ] as const
) {
  Deno.test(`withTokens() refuses ${JSON.stringify(token)}, names its key and never quotes it`, () => {
    const error = assertThrows(() => resolve("a good long token", token), ConfigError, message);
    assertEquals(error.message.includes("auth.tokens[1]"), true);
    if (token.trim() !== "") assertEquals(error.message.includes(token), false);
  });
}

Deno.test("tokenWarnings() names short tokens and tokens of several scopes by their keys", () => {
  assertEquals(tokenWarnings(resolve("a good long token", "hunter2", "0123456789abcdef"), 0), [
    "auth.tokens[1] is short: it has fewer than 16 characters",
    "auth.tokens[2] and admin.tokens[0] are the same token: it opens all of these scopes",
  ]);
});

const named = (name: string, token: string, more: Partial<DugdaleNamedToken> = {}): DugdaleNamedToken => ({
  name,
  tokens: [token],
  tokenFile: "",
  scopes: ["dispatch"],
  readOnly: false,
  ...more,
});
const resolveNamed = (...tokens: DugdaleNamedToken[]) =>
  withTokens({ ...config("a good long token"), tokens }, {
    file: "dugdale.yaml",
    env: (name) => name === "A" ? "from the variable" : undefined,
  });

Deno.test("withTokens() fills variables of named tokens in, and names the key of one that is refused", () => {
  assertEquals(resolveNamed(named("a", "${A}")).tokens[0]?.tokens, ["from the variable"]);
  const error = assertThrows(() => resolveNamed(named("a", "abc")), ConfigError);
  assertEquals(error.key, "tokens[0].token");
});

Deno.test("withTokens() adds the tokens of the file of a named token", () => {
  using dir = new TempDir();
  const tokenFile = dir.write("token", "the old token\n# soon over\nthe new token\n");
  const [read] = resolveNamed(named("a", "its own token", { tokenFile })).tokens;
  assertEquals(read?.tokens, ["its own token", "the old token", "the new token"]);
});

Deno.test("withTokens() refuses a named token that is another one too", () => {
  const cases = [
    [[named("a", "0123456789abcdef")], "admin.tokens"],
    [[named("a", "the same token"), named("b", "the same token")], "tokens[0]"],
  ] as const;
  for (const [tokens, other] of cases) {
    const error = assertThrows(() => resolveNamed(...tokens), ConfigError, `has the same token as ${other}`);
    assertEquals(error.key, `tokens[${tokens.length - 1}]`);
    assertEquals(error.message.includes("0123"), false);
  }
});

Deno.test("tokenWarnings() names tokens with names that are short or have expired", () => {
  const config = resolveNamed(
    named("a", "hunter2"),
    named("b", "a good long token of its own", { expiresMs: 1000 }),
    named("c", "another good long one", { expiresMs: 1001 }),
  );
  assertEquals(tokenWarnings(config, 1000), [
    "the token a is short: it has fewer than 16 characters",
    "the token b has expired on 1970-01-01T00:00:01.000Z",
  ]);
});
