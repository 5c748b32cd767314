/**
 * Writes `access.log` beside this file: one day of a fictitious shop, in the combined log format. The output is
 * reproducible. Addresses come from the ranges reserved for documentation.
 *
 * Run it with `deno run --allow-write=examples/data examples/data/make_access_log.ts`.
 *
 * @module
 */

const REQUESTS = 5000;
const DAY_MS = Date.UTC(2026, 2, 3);
/** Share of the day's requests by hour: quiet at night, busy at lunch and in the evening. */
const HOURS = [14, 9, 6, 5, 5, 8, 15, 28, 45, 58, 66, 74, 82, 76, 68, 64, 66, 72, 84, 96, 98, 80, 52, 27];
/** The hour in which the checkout was broken. */
const BROKEN_HOUR = 15;

/** A page: its share of requests, its size, and other possible statuses. */
interface Page {
  readonly path: string;
  readonly weight: number;
  readonly bytes: number;
  readonly method?: string;
  readonly odd?: readonly (readonly [status: number, share: number])[];
}

const PAGES: readonly Page[] = [
  { path: "/", weight: 90, bytes: 18_400, odd: [[304, 0.2]] },
  { path: "/bowls", weight: 60, bytes: 24_100, odd: [[304, 0.15]] },
  { path: "/bowls/speckled-blue", weight: 34, bytes: 21_700 },
  { path: "/bowls/ramen-set", weight: 41, bytes: 22_900 },
  { path: "/cups", weight: 52, bytes: 23_300, odd: [[304, 0.15]] },
  { path: "/cups/espresso-moss", weight: 29, bytes: 20_800 },
  { path: "/vases/tall-ash", weight: 18, bytes: 21_200 },
  { path: "/workshop/dates", weight: 22, bytes: 9_600 },
  { path: "/search?q=teapot", weight: 16, bytes: 15_900 },
  { path: "/search?q=gift+card", weight: 12, bytes: 14_200 },
  { path: "/basket", weight: 24, bytes: 6_300 },
  { path: "/basket", weight: 20, bytes: 410, method: "POST", odd: [[422, 0.05]] },
  { path: "/checkout", weight: 13, bytes: 7_800, odd: [[302, 0.2]] },
  { path: "/checkout", weight: 10, bytes: 520, method: "POST", odd: [[303, 0.8], [402, 0.05]] },
  { path: "/login", weight: 9, bytes: 340, method: "POST", odd: [[303, 0.7], [401, 0.2]] },
  { path: "/old-catalogue", weight: 7, bytes: 0, odd: [[301, 1]] },
  { path: "/assets/site.css", weight: 70, bytes: 38_200, odd: [[304, 0.55]] },
  { path: "/assets/shop.js", weight: 70, bytes: 91_500, odd: [[304, 0.55]] },
  { path: "/assets/glaze-hero.webp", weight: 55, bytes: 214_000, odd: [[304, 0.4]] },
  { path: "/assets/ramen-set.webp", weight: 33, bytes: 168_000, odd: [[304, 0.3]] },
  { path: "/films/at-the-wheel.mp4", weight: 4, bytes: 7_340_000, odd: [[206, 0.7]] },
  { path: "/api/stock", weight: 64, bytes: 1_900 },
  { path: "/favicon.ico", weight: 20, bytes: 1_150, odd: [[304, 0.3]] },
  { path: "/robots.txt", weight: 8, bytes: 96 },
  { path: "/wp-login.php", weight: 9, bytes: 162, odd: [[404, 1]] },
  { path: "/.env", weight: 5, bytes: 162, odd: [[404, 0.6], [403, 0.4]] },
];

const AGENTS = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.4 Safari/605.1.15",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
];
const BOT_AGENT = "ExampleBot/2.1 (+https://bot.example.net/about)";
const REFERRERS = [
  "-",
  "-",
  "-",
  "https://shop.example.com/",
  "https://shop.example.com/bowls",
  "https://search.example.org/?q=handmade+bowl",
];
/** Requests of scanners to a web server that expects HTTP. */
const NOISE = [
  String.raw`\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03`,
  "-",
  String.raw`\x03\x00\x00/*\xE0\x00\x00\x00`,
];

/** Reproducible pseudo-random numbers from 0 to 1 (mulberry32). */
function* numbers(seed: number): Generator<number, never, void> {
  for (let state = seed;;) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

/** Generates the log. */
export function makeAccessLog(): string {
  const source = numbers(20_260_303);
  const random = () => source.next().value;
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const visitors = Array.from({ length: 420 }, () => ({ address: address(random), agent: pick(AGENTS) }));
  const times = Array.from({ length: REQUESTS }, () => timeOfDay(random)).sort((a, b) => a - b);
  const lines = times.map((ms) => {
    const kind = random();
    if (kind < 0.002) return noise(ms, address(random), pick(NOISE));
    // A few visitors are far more frequent than the others.
    const visitor = visitors[Math.floor(random() ** 2.2 * visitors.length)] ?? pick(visitors);
    const bot = kind < 0.07;
    const page = weighted(PAGES, random());
    const status = statusOf(page, ms, random);
    const bytes = bytesOf(page, status, random());
    const from = bot ? "203.0.113.77" : visitor.address;
    const user = page.path === "/checkout" && random() < 0.4 ? "mira" : "-";
    const request = `${page.method ?? "GET"} ${page.path} HTTP/${bot ? "1.1" : "2.0"}`;
    return `${from} - ${user} [${stamp(ms)}] "${request}" ${status} ${bytes} "${
      bot ? "-" : pick(REFERRERS)
    }" "${bot ? BOT_AGENT : visitor.agent}"`;
  });
  // Where the disk was full for a moment, two lines were merged.
  lines.splice(3127, 1, `${lines[3127]?.slice(0, 61)}${lines[3128]?.slice(20, 70)}`);
  return `${lines.join("\n")}\n`;
}

function address(random: () => number): string {
  const byte = () => 1 + Math.floor(random() * 254);
  const range = random();
  if (range < 0.3) return `192.0.2.${byte()}`;
  if (range < 0.6) return `198.51.100.${byte()}`;
  if (range < 0.85) return `203.0.113.${byte()}`;
  return `2001:db8:${byte().toString(16)}::${byte().toString(16)}`;
}

function timeOfDay(random: () => number): number {
  const { hour } = weighted(HOURS.map((weight, hour) => ({ weight, hour })), random());
  return DAY_MS + hour * 3_600_000 + Math.floor(random() * 3_600_000);
}

function weighted<Item extends { readonly weight: number }>(items: readonly Item[], share: number): Item {
  let left = share * items.reduce((sum, { weight }) => sum + weight, 0);
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  throw new RangeError("nothing to choose from");
}

function statusOf(page: Page, ms: number, random: () => number): number {
  const hour = new Date(ms).getUTCHours();
  if (hour === BROKEN_HOUR && /basket|checkout|api/.test(page.path) && random() < 0.7) {
    return random() < 0.6 ? 502 : 504;
  }
  if (random() < 0.004) return 500;
  let share = random();
  for (const [status, part] of page.odd ?? []) {
    share -= part;
    if (share < 0) return status;
  }
  return 200;
}

function bytesOf(page: Page, status: number, share: number): number | "-" {
  if (status === 304) return "-";
  if (status >= 500) return 157;
  if (status >= 300 && status < 400) return 0;
  if (status >= 400) return 162;
  return Math.round(page.bytes * (status === 206 ? share : 0.97 + share * 0.06));
}

function noise(ms: number, from: string, request: string): string {
  return `${from} - - [${stamp(ms)}] "${request}" 400 157 "-" "-"`;
}

/** The time in the format of web servers: `03/Mar/2026:13:55:36 +0000`. */
function stamp(ms: number): string {
  const [, day, month, year, time] = new Date(ms).toUTCString().split(/,? /);
  return `${day}/${month}/${year}:${time} +0000`;
}

if (import.meta.main) await Deno.writeTextFile(new URL("access.log", import.meta.url), makeAccessLog());
