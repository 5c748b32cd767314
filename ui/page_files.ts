/**
 * The page of the UI: one script, one style sheet.
 *
 * @module
 */
import { fromFileUrl } from "@std/path";

/** The files of the page. */
export interface PageFiles {
  /** JavaScript, minified, without imports. */
  readonly script: string;
  /** CSS. */
  readonly style: string;
}

/** The build fills it in; a checkout bundles the page when the UI starts. */
export const BUILT_PAGE: PageFiles = { script: "none", style: "none" };

let bundled: Promise<PageFiles> | undefined;

/** The files of this build. @throws {Error} When a checkout cannot be bundled. */
export function pageFiles(): Promise<PageFiles> {
  if (BUILT_PAGE.script !== "none") return Promise.resolve(BUILT_PAGE);
  return bundled ??= bundlePage();
}

/** Bundles the page of this checkout. @throws {Error} With what the bundler said. */
export async function bundlePage(): Promise<PageFiles> {
  const folder = fromFileUrl(new URL("./page/", import.meta.url));
  const out = await Deno.makeTempFile({ suffix: ".js" });
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["bundle", "--quiet", "--platform=browser", "--minify", "--output", out, `${folder}main.tsx`],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    if (code !== 0) {
      throw new Error(`the page of the UI cannot be bundled: ${new TextDecoder().decode(stderr)}`);
    }
    return {
      script: await Deno.readTextFile(out),
      style: await Deno.readTextFile(`${folder}style.css`),
    };
  } finally {
    await Deno.remove(out);
  }
}
