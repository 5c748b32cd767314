import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import { tokenWarnings, withTokens } from "../../../config/dugdale/tokens.ts";

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
  assertEquals(tokenWarnings(resolve("a good long token", "hunter2", "0123456789abcdef")), [
    "auth.tokens[1] is short: it has fewer than 16 characters",
    "auth.tokens[2] and admin.tokens[0] are the same token: it opens all of these scopes",
  ]);
});
