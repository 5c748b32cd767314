/**
 * The address of the page: every view is a URL.
 *
 * @module
 */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";

/** Where the page is. */
export interface Place {
  /** Segments of the path, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const place: Signal<Place> = signal(placeNow());

/** The current place. */
export const here: ReadonlySignal<Place> = place;

function placeNow(): Place {
  const segments = location.pathname.split("/").filter((part) => part !== "");
  return { path: segments.map(decoded), query: new URLSearchParams(location.search) };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Goes to another place. */
export function go(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  place.value = placeNow();
  if (!replace) scrollTo(0, 0);
}

/** The same path with other values in the query; undefined and empty ones are left out. */
export function withQuery(values: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams(here.value.query);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return location.pathname + (text === "" ? "" : `?${text}`);
}

/** The page of a mission. */
export function missionHref(host: string, id: string): string {
  return `/missions/${encodeURIComponent(host)}/${encodeURIComponent(id)}`;
}

/** Follows links within the page, and the buttons of the browser. */
export function followLinks(): void {
  addEventListener("popstate", () => void (place.value = placeNow()));
  addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (link === null || link.target !== "" || link.hasAttribute("download")) return;
    const to = new URL(link.href, location.href);
    if (to.origin !== location.origin || to.pathname.startsWith("/api/")) return;
    event.preventDefault();
    go(to.pathname + to.search + to.hash);
  });
}
