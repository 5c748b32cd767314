/**
 * What can be wrong with letts.yaml itself.
 *
 * @module
 */
import { statSync } from "node:fs";
import type { ConfigError } from "../../../config/config_error.ts";
import type { LettsConfig } from "../../../config/letts/resolve.ts";
import type { Check } from "./checks.ts";

const SUBJECT = "letts.yaml";

/** What is found in a file that can be used. @param count How many dugdales are looked at. */
export function configChecks(config: LettsConfig, count: number): readonly Check[] {
  const found = `${config.file}: ${count} ${count === 1 ? "dugdale" : "dugdales"}`;
  if (count === 0) {
    return [{
      subject: SUBJECT,
      verdict: "fail",
      message: found,
      fix: "name dugdales in it, or another label in --match",
    }];
  }
  return [{ subject: SUBJECT, verdict: "ok", message: found }, ...secrets(config)];
}

function secrets({ file, plainTokens }: LettsConfig): readonly Check[] {
  if (file === undefined || Deno.build.os === "windows") return [];
  if (plainTokens.length === 0) {
    return [{ subject: SUBJECT, verdict: "ok", message: "no plain tokens in it" }];
  }
  const open = (statSync(file).mode & 0o077) !== 0;
  if (!open) {
    return [{ subject: SUBJECT, verdict: "ok", message: "plain tokens, which nobody else can read" }];
  }
  return [{
    subject: SUBJECT,
    verdict: "warn",
    message: "plain tokens, which others can read",
    fix: `chmod 600 ${file}, or write \${NAME} and set the variable`,
  }];
}

/** What is said about a file that cannot be used. */
export function brokenConfig(error: ConfigError): Check {
  const fixes: Partial<Record<ConfigError["stage"], string>> = {
    discovery: "letts init makes one, --config names one",
    permissions: "chmod 600 the file, or write ${NAME} for the token and set the variable",
    parse: "letts.example.yaml explains every key",
  };
  const fix = fixes[error.stage];
  return {
    subject: SUBJECT,
    verdict: "fail",
    message: error.message,
    ...(fix === undefined ? {} : { fix }),
  };
}
