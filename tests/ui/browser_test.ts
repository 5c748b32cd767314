/** The pages of the UI in a real browser, against real dugdales. One browser for all. */
import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { assertAccessible, CHROMIUM, openBrowser, openPage, WAIT_MS } from "./browser.ts";
import { openFixture, TOKENS } from "./fixture.ts";

const onS1 = { host: "s1", lane: "fast" };

/** Shows a page of the UI by a link of the rail. */
async function show(page: Page, title: string): Promise<void> {
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: title }).click();
  await page.getByRole("heading", { level: 1, name: title }).waitFor();
}

/** Answers the question of an action. */
async function confirm(page: Page, verb: string | RegExp): Promise<void> {
  await page.getByRole("dialog").getByRole("button", { name: verb }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

/** Waits until the page of a mission shows its state. */
async function shows(page: Page, state: string): Promise<void> {
  await page.locator(".heading .badge", { hasText: state }).waitFor();
}

Deno.test({
  name: "the UI in Chromium: each page and each action, without a fault",
  ignore: CHROMIUM === undefined,
  async fn(t) {
    await using fixture = await openFixture(2);
    const { client, ui } = fixture;
    await using browser = await openBrowser();
    await using watched = await openPage(browser, ui.url);
    const { page, faults } = watched;

    await t.step("the link signs in, and its key does not stay in the address", async () => {
      await page.goto(ui.link);
      await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
      assertEquals(new URL(page.url()).hash, "");
      await page.getByRole("heading", { level: 3, name: "s1" }).waitFor();
      await assertAccessible(page);
    });

    await t.step("the form dispatches, and leads to the output, which has its colours", async () => {
      await show(page, "Dispatch");
      await page.getByLabel("Mission", { exact: true }).fill("hello");
      await page.getByLabel("Input (JSON)").fill("{ nonsense");
      assertEquals(await page.getByRole("button", { name: "Dispatch", exact: true }).isDisabled(), true);
      await assertAccessible(page);
      await page.getByLabel("Input (JSON)").fill('{ "text": "<i>plain</i>" }');
      await page.getByRole("button", { name: "Dispatch", exact: true }).click();
      await page.getByRole("heading", { level: 1, name: "hello" }).waitFor();
      await page.locator(".log .fg-2", { hasText: "green" }).waitFor();
      await page.locator(".log .stderr", { hasText: "to-stderr" }).waitFor();
      await page.locator(".log", { hasText: "<i>plain</i>" }).waitFor();
      assertEquals(await page.locator(".log i").count(), 0);
      await shows(page, "success");
      await assertAccessible(page);
    });

    await t.step("the parts of a mission: events, input, and a result with all of its digits", async () => {
      await page.getByRole("tab", { name: /^Events/ }).click();
      await page.locator(".event-done").waitFor();
      await page.locator(".event-progress", { hasText: "half way" }).waitFor();
      await assertAccessible(page);
      await page.getByRole("tab", { name: "Input" }).click();
      await page.locator(".json pre", { hasText: "<i>plain</i>" }).waitFor();
      await page.getByRole("tab", { name: "Result" }).click();
      await page.locator(".json pre", { hasText: "9007199254740993" }).waitFor();
      await page.getByRole("tab", { name: "Files" }).click();
      await page.getByText("No files.").waitFor();
    });

    await t.step("Dispatch again… begins with the mission it is made from", async () => {
      await page.getByRole("link", { name: "Dispatch again…" }).click();
      await page.getByRole("heading", { level: 1, name: "Dispatch again" }).waitFor();
      await page.locator("textarea[data-ready]").waitFor();
      assertEquals(await page.getByLabel("Mission", { exact: true }).inputValue(), "hello");
    });

    await t.step("an output file is saved with its content", async () => {
      const { missionId } = await client.run(onS1, { mission: "report" });
      await page.goto(`${ui.url}/missions/s1/${missionId}?tab=files`);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: "Download" }).click(),
      ]);
      assertEquals(download.suggestedFilename(), "report");
      const path = `${fixture.folder}/report`;
      await download.saveAs(path);
      assertEquals(await Deno.readTextFile(path), "content\n");
    });

    await t.step("a running mission is killed, and the page follows to its end", async () => {
      const { missionId } = await client.dispatch(onS1, { mission: "forever" });
      await page.goto(`${ui.url}/missions/s1/${missionId}`);
      await shows(page, "running");
      await page.locator(".log", { hasText: "started" }).waitFor();
      await page.getByRole("button", { name: "Kill" }).click();
      await confirm(page, "Kill");
      await shows(page, "killed");
    });

    await t.step("Escape closes a question, and nothing is done", async () => {
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("dialog").waitFor();
      await assertAccessible(page);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await shows(page, "killed");
    });

    await t.step("a restart leads to the new mission", async () => {
      const { missionId } = await client.run(onS1, { mission: "hello" });
      await page.goto(`${ui.url}/missions/s1/${missionId}`);
      await page.getByRole("button", { name: "Restart" }).click();
      await confirm(page, "Restart");
      await page.waitForURL((url) => !url.pathname.endsWith(missionId));
      await page.locator(".facts", { hasText: "Restarted from" }).waitFor();
      await shows(page, "success");
    });

    await t.step("a failed group is retried as a whole; text of missions is never HTML", async () => {
      for (let at = 0; at < 3; at++) {
        await client.run(onS1, { mission: "fails", throwOnFailure: false });
      }
      await show(page, "Failures");
      const row = page.getByRole("row", { name: /fails quota/ });
      await row.locator("td", { hasText: "3" }).first().waitFor();
      await row.getByText("the disk is <b>full</b>").waitFor();
      await assertAccessible(page);
      await row.getByRole("button", { name: "Retry all" }).click();
      await confirm(page, "Retry 3 missions");
      await page.locator(".toast", { hasText: "3 done" }).waitFor();
      await row.locator("td", { hasText: "6" }).first().waitFor();
    });

    await t.step("a lane is paused and continued; its waiting missions are warned about", async () => {
      await show(page, "Overview");
      await page.getByRole("button", { name: "Pause lane slow of s1" }).click();
      await confirm(page, "Pause");
      await page.getByRole("button", { name: "Continue lane slow of s1" }).waitFor();
      await client.dispatch({ host: "s1", lane: "slow" }, { mission: "hello" });
      await page.getByText("Lane slow of s1 is paused with 1 mission in its queue.").waitFor();
      await assertAccessible(page);
      await page.getByRole("button", { name: "Continue lane slow of s1" }).click();
      await confirm(page, "Continue");
      await page.getByRole("button", { name: "Pause lane slow of s1" }).waitFor();
    });

    await t.step("the list is filtered, and what is selected is deleted", async () => {
      await show(page, "Missions");
      await page.getByLabel("Dugdale").selectOption("s1");
      await page.getByLabel("Mission", { exact: true }).fill("fails");
      await page.getByLabel("Mission", { exact: true }).press("Enter");
      await page.waitForURL(/host=s1.*mission=fails|mission=fails.*host=s1/);
      await page.locator("tr[data-row]", { hasText: "fails" }).nth(5).waitFor();
      await page.locator("tr[data-row]", { hasNotText: "fails" }).first().waitFor({ state: "hidden" });
      await page.getByLabel("Select all on this page").check();
      await assertAccessible(page);
      await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
      await confirm(page, "Delete 6 missions");
      await page.getByText("No mission matches.").waitFor();
    });

    await t.step("an id is found on whatever dugdale it is; the keyboard leads everywhere", async () => {
      const { missionId } = await client.run({ host: "s2", lane: "fast" }, { mission: "hello" });
      await page.locator("h1").click();
      await page.keyboard.press("/");
      await page.keyboard.type(missionId);
      await page.keyboard.press("Enter");
      await page.waitForURL(`${ui.url}/missions/s2/${missionId}`);
      await page.getByRole("heading", { level: 1, name: "hello" }).waitFor();
      await page.locator("h1").click();
      await page.keyboard.press("g");
      await page.keyboard.press("s");
      await page.getByRole("heading", { level: 1, name: "Schedules" }).waitFor();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard" }).waitFor();
      await page.keyboard.press("Escape");
    });

    await t.step("a schedule is run, paused with a reason, and continued", async () => {
      await client.apply("s1", {
        ...client.config.applyBody(client.config.dugdale("s1")),
        schedules: { nightly: { cron: "0 3 * * *", mission: "hello", lane: "fast" } },
      });
      await page.getByRole("cell", { name: "nightly" }).waitFor();
      await assertAccessible(page);
      await page.getByRole("button", { name: "Run now" }).click();
      await page.locator(".toast", { hasText: "Started." }).waitFor();
      await page.getByRole("button", { name: "Pause…" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("maintenance");
      await confirm(page, "Pause");
      await page.getByText("maintenance").waitFor();
      await page.getByRole("button", { name: "Continue" }).click();
      await page.getByRole("button", { name: "Pause…" }).waitFor();
    });

    await t.step("an unknown page says so", async () => {
      await page.goto(`${ui.url}/nothing`);
      await page.getByRole("heading", { level: 1, name: "Not found" }).waitFor();
    });

    await t.step("nothing went wrong so far: no error in the console, no request off the origin", () => {
      assertEquals(faults, []);
    });

    await t.step(
      "a dugdale that goes away is told, the rest is still shown, and it comes back by itself",
      async () => {
        await show(page, "Missions");
        await fixture.stop("s2");
        await page.getByText("1 dugdale is unavailable").waitFor();
        await page.getByText("1 dugdale is unavailable").click();
        await page.getByText("connection refused").waitFor();
        await page.locator("tr[data-row]").first().waitFor();
        await fixture.start("s2");
        await page.getByText("1 dugdale is unavailable").waitFor({ state: "hidden" });
      },
    );

    await t.step("the output goes on after the dugdale was started again", async () => {
      const { missionId } = await client.run(onS1, { mission: "hello" });
      await page.goto(`${ui.url}/missions/s1/${missionId}`);
      await page.locator(".log", { hasText: "green" }).waitFor();
      await fixture.stop("s1");
      await fixture.start("s1");
      await page.reload();
      await page.locator(".log", { hasText: "green" }).waitFor();
      assertEquals(await page.locator(".log .line", { hasText: "green" }).count(), 1);
    });

    await t.step("a read-only token signs in and sees no action", async () => {
      await using other = await openPage(browser, ui.url);
      await other.page.goto(ui.url);
      await other.page.getByLabel("Token").fill("wrong");
      await other.page.getByRole("button", { name: "Sign in" }).click();
      await other.page.getByText("no dugdale knows this token").waitFor();
      await assertAccessible(other.page);
      await other.page.getByLabel("Token").fill(TOKENS.reading);
      await other.page.getByRole("button", { name: "Sign in" }).click();
      await other.page.getByText("watcher (read-only)").waitFor();
      await other.page.getByText("fast").first().waitFor();
      assertEquals(await other.page.getByRole("button", { name: /^Pause/ }).count(), 0);
      assertEquals(await other.page.getByRole("link", { name: "Dispatch" }).count(), 0);
      await show(other.page, "Missions");
      await other.page.locator("tr[data-row] a").first().click();
      await other.page.getByRole("tab", { name: "Output" }).waitFor();
      assertEquals(await other.page.getByRole("button", { name: /Kill|Restart|Delete/ }).count(), 0);
    });

    await t.step("at 390 px no page is wider than the screen", async () => {
      await page.setViewportSize({ width: 390, height: 844 });
      for (const path of ["/", "/missions", "/failures", "/schedules", "/dispatch"]) {
        await page.goto(ui.url + path);
        await page.locator("h1").waitFor();
        await page.locator(".skeleton").waitFor({ state: "detached" });
        const width = Number(await page.evaluate(`document.documentElement.scrollWidth`));
        assertEquals(width <= 390, true, `${path} is ${width} px wide`);
      }
      await assertAccessible(page);
    });

    await t.step("the title tells the page, and signing out ends the session", async () => {
      await page.setViewportSize({ width: 1440, height: 900 });
      await show(page, "Failures");
      assertMatch(await page.title(), /Failures – letts$/);
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Token").waitFor({ timeout: WAIT_MS });
    });
  },
});
