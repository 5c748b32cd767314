/**
 * The page of the UI.
 *
 * @module
 */
import { type JSX, render } from "preact";
import { effect, type Signal, signal } from "@preact/signals";
import { change, cookie, live, read, running, session, type SessionFacts } from "./api.ts";
import { Missions } from "./missions.tsx";
import { Empty, Heading, Icon, type IconName, Toasts, UnavailableStrip } from "./parts.tsx";
import { followLinks, here } from "./router.ts";
import { SignIn } from "./sign_in.tsx";

interface Page {
  readonly href: string;
  readonly title: string;
  readonly icon: IconName;
  readonly view: () => JSX.Element;
}

const PAGES: readonly Page[] = [
  { href: "/missions", title: "Missions", icon: "missions", view: Missions },
];

const signInFailure: Signal<string | undefined> = signal(undefined);

function App(): JSX.Element | null {
  if (session.value === undefined) return null;
  if (session.value === null) return <SignIn failure={signInFailure.value} />;
  return (
    <div class="shell">
      <a class="skip" href="#content">Skip to content</a>
      <Rail facts={session.value} />
      <main id="content" tabIndex={-1}>
        <UnavailableStrip />
        <View />
      </main>
      <Toasts />
    </div>
  );
}

function View(): JSX.Element {
  const [first = "missions"] = here.value.path;
  const page = PAGES.find(({ href }) => href === `/${first}`);
  if (page === undefined) return <NotFound />;
  return <page.view />;
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
  const [first = "missions"] = here.value.path;
  return (
    <nav class="rail" aria-label="Pages">
      <a class="brand" href="/">{facts.title}</a>
      <ul>
        {PAGES.map(({ href, title, icon }) => (
          <li key={href}>
            <a href={href} aria-current={href === `/${first}` ? "page" : undefined}>
              <Icon name={icon} />
              <span>{title}</span>
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
      ? await read<SessionFacts>("/api/session")
      : await change<SessionFacts>("/api/session", { key });
  } catch (error) {
    if (key !== undefined) signInFailure.value = error instanceof Error ? error.message : String(error);
    session.value = null;
  }
}

effect(() => {
  const [first] = here.value.path;
  const page = PAGES.find(({ href }) => href === `/${first}`)?.title;
  const count = running.value > 0 ? `(${running.value} running) ` : "";
  document.title = `${count}${page === undefined ? "" : `${page} – `}${session.value?.title ?? "letts"}`;
});

followLinks();
const root = document.getElementById("app");
if (root !== null) render(<App />, root);
void start();
