/** A real Chromium for the tests of the UI. @module */
import { assertEquals } from "@std/assert";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** A wait for the page ends by an event; this is only how long it may take on a loaded machine. */
export const WAIT_MS = 30_000;

const PATHS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Chromium of this machine; undefined where there is none. */
export const CHROMIUM: string | undefined = PATHS.find((path) => {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
});

/** Starts Chromium. */
export async function openBrowser(): Promise<Browser & AsyncDisposable> {
  return await chromium.launch({
    executablePath: CHROMIUM ?? "",
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    timeout: 2 * WAIT_MS,
  });
}

/** A page that keeps what must not happen. */
export interface Watched extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, exceptions, and requests to other origins. */
  readonly faults: string[];
}

/** Opens a page of its own, without cookies. */
export async function openPage(browser: Browser, origin: string, width = 1440): Promise<Watched> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`request: ${url}`);
  });
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** Checks what axe-core finds on the page as it is, in both themes. */
export async function assertAccessible(page: Page): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await page.evaluate(`document.documentElement.dataset.theme = "${theme}"`);
    // The policy of the page allows no foreign script, but the debugger of the browser may run one.
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
      return violations.map(({ id, impact, nodes }) =>
        `${impact} ${id}: ${nodes.map(({ html }) => html).join(" ")}`
      );
    });
    assertEquals(found.filter((text) => /^(serious|critical)/.test(text)), [], `${page.url()} ${theme}`);
  }
}
