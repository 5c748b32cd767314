/**
 * The page of the UI.
 *
 * @module
 */
import { type JSX, render } from "preact";
import { effect, type Signal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import {
  ApiError,
  change,
  cookie,
  type DashboardAnswer,
  live,
  read,
  running,
  session,
  type SessionFacts,
} from "./api.ts";
import { Questions } from "./actions.tsx";
import { Dispatch } from "./dispatch.tsx";
import { Failures } from "./failures.tsx";
import { Missions } from "./missions.tsx";
import { MissionPage } from "./mission.tsx";
import { Config, Overview } from "./overview.tsx";
import { Schedules } from "./schedules.tsx";
import { Search } from "./search.tsx";
import { followKeys, Shortcuts } from "./keys.tsx";
import { type Polled, usePoll } from "./poll.ts";
import { Empty, Heading, Icon, type IconName, Toasts, UnavailableStrip } from "./parts.tsx";
import { followLinks, here } from "./router.ts";
import { SignIn } from "./sign_in.tsx";

interface Page {
  readonly href: string;
  readonly title: string;
  readonly icon: IconName;
}

const PAGES: readonly Page[] = [
  { href: "/", title: "Overview", icon: "overview" },
  { href: "/missions", title: "Missions", icon: "missions" },
  { href: "/failures", title: "Failures", icon: "failures" },
  { href: "/schedules", title: "Schedules", icon: "schedules" },
  { href: "/dispatch", title: "Dispatch", icon: "dispatch" },
];
const REFRESH_MS = 4000;

const signInFailure: Signal<string | undefined> = signal(undefined);

function App(): JSX.Element | null {
  if (session.value === undefined) return null;
  if (session.value === null) return <SignIn failure={signInFailure.value} />;
  return <Shell facts={session.value} />;
}

function Shell({ facts }: { facts: SessionFacts }): JSX.Element {
  const dashboard = usePoll<DashboardAnswer>("/api/dashboard", REFRESH_MS);
  const { data } = dashboard;
  useEffect(() => {
    if (data === undefined) return;
    running.value = data.hosts.reduce((sum, { queue_summary }) => sum + (queue_summary?.running ?? 0), 0);
  }, [data]);
  return (
    <div class="shell">
      <a class="skip" href="#content">Skip to content</a>
      <Rail facts={facts} />
      <main id="content" tabIndex={-1}>
        <UnavailableStrip />
        {dashboard.error instanceof ApiError && dashboard.error.status === 0 && (
          <p class="warning" role="status">{dashboard.error.message}. Trying again…</p>
        )}
        <View dashboard={dashboard} />
      </main>
      <Toasts />
      <Questions />
      <Shortcuts />
    </div>
  );
}

function View({ dashboard }: { dashboard: Polled<DashboardAnswer> }): JSX.Element {
  const [first = "", host, id, ...more] = here.value.path;
  if (more.length > 0) return <NotFound />;
  if (first === "missions" && host !== undefined && id !== undefined) {
    return <MissionPage key={`${host}/${id}`} host={host} id={id} />;
  }
  if (first === "config" && host !== undefined && id === undefined) return <Config key={host} host={host} />;
  if (host !== undefined) return <NotFound />;
  if (first === "") return <Overview polled={dashboard} />;
  if (first === "missions") return <Missions />;
  if (first === "failures") return <Failures />;
  if (first === "schedules") return <Schedules />;
  if (first === "dispatch") return <Dispatch dashboard={dashboard.data} />;
  return <NotFound />;
}

function NotFound(): JSX.Element {
  return (
    <>
      <Heading title="Not found" />
      <Empty>
        There is no such page. <a href="/">Go to the start</a>.
      </Empty>
    </>
  );
}

function Rail({ facts }: { facts: SessionFacts }): JSX.Element {
  const [first = ""] = here.value.path;
  return (
    <nav class="rail" aria-label="Pages">
      <a class="brand" href="/">{facts.title}</a>
      <Search />
      <ul>
        {PAGES.filter(({ href }) => href !== "/dispatch" || !facts.read_only).map(({ href, title, icon }) => (
          <li key={href}>
            <a href={href} aria-current={href === `/${first}` ? "page" : undefined}>
              <Icon name={icon} />
              <span>{title}</span>
              {href === "/missions" && running.value > 0 && (
                <span class="tally calm" title="running">{running.value}</span>
              )}
            </a>
          </li>
        ))}
      </ul>
      <div class="rail-foot">
        <label class="tick">
          <input
            type="checkbox"
            checked={live.value}
            onChange={(event) => live.value = event.currentTarget.checked}
          />
          Live
        </label>
        <ThemeSwitch />
        <button type="button" class="quiet" onClick={signOut}>
          <Icon name="leave" />
          <span>Sign out</span>
        </button>
        <span class="who" title="Signed in as">{facts.name}{facts.read_only && " (read-only)"}</span>
        <span class="version">letts {facts.version}</span>
      </div>
    </nav>
  );
}

function ThemeSwitch(): JSX.Element {
  const choose = (theme: string): void => {
    document.documentElement.dataset.theme = theme;
    document.cookie = `letts_theme=${theme}; path=/; max-age=31536000; samesite=strict`;
  };
  return (
    <label class="theme">
      <span class="offscreen">Theme</span>
      <select
        defaultValue={cookie("letts_theme") || document.documentElement.dataset.theme}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        <option value="auto">System</option>
        <option value="light">Light</option>
        <option value="dark">Dark</option>
      </select>
    </label>
  );
}

async function signOut(): Promise<void> {
  await change("/api/session", {}, "DELETE");
  session.value = null;
}

/** A link from the terminal has a key, which is valid once and does not stay in the address. */
async function start(): Promise<void> {
  const key = /^#key=([0-9a-f]+)$/.exec(location.hash)?.[1];
  if (key !== undefined) history.replaceState(null, "", location.pathname + location.search);
  try {
    session.value = key === undefined
      ? await read<SessionFacts | null>("/api/session")
      : await change<SessionFacts>("/api/session", { key });
  } catch (error) {
    if (key !== undefined) signInFailure.value = error instanceof Error ? error.message : String(error);
    session.value = null;
  }
}

effect(() => {
  const [first = ""] = here.value.path;
  const page = PAGES.find(({ href }) => href === `/${first}`)?.title;
  const count = running.value > 0 ? `(${running.value} running) ` : "";
  document.title = `${count}${page === undefined ? "" : `${page} – `}${session.value?.title ?? "letts"}`;
});

followLinks();
followKeys();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
void start();
