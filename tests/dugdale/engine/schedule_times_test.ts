import { assert, assertEquals, assertRejects } from "@std/assert";
import { readTimes, ScheduleTimesError, type TimesOf } from "../../../dugdale/engine/schedule_times.ts";

const NOW = Date.UTC(2026, 0, 1);
const at = (text: string): number => Date.parse(text);
const iso = (times: readonly (number | undefined)[]) =>
  times.map((time) => time === undefined ? "never" : new Date(time).toISOString().slice(0, 16));

/** The next fires after a moment. */
async function fires(of: TimesOf, after: string, count: number): Promise<string[]> {
  const times = await readTimes(of, NOW);
  const found: (number | undefined)[] = [];
  for (let last: number | undefined = at(after); found.length < count && last !== undefined;) {
    last = times.next(last);
    found.push(last);
  }
  return iso(found);
}

for (
  const [what, of, after, expected] of [
    [
      "a local time that is skipped fires at the next valid minute (Berlin, 29 March)",
      { cron: "30 2 * * *", tz: "Europe/Berlin" },
      "2026-03-28T12:00Z",
      ["2026-03-29T01:00", "2026-03-30T00:30"],
    ],
    [
      "a local time that comes twice fires once, the first time (Berlin, 25 October)",
      { cron: "30 2 * * *", tz: "Europe/Berlin" },
      "2026-10-24T12:00Z",
      ["2026-10-25T00:30", "2026-10-26T01:30"],
    ],
    [
      "a day without midnight fires in its first hour (São Paulo, 4 November 2018)",
      { cron: "0 0 * * *", tz: "America/Sao_Paulo" },
      "2018-11-03T12:00Z",
      ["2018-11-04T03:00", "2018-11-05T02:00"],
    ],
    [
      "a gap of half an hour moves a fire by as much as it has to (Lord Howe, 4 October)",
      { cron: "15 2 * * *", tz: "Australia/Lord_Howe" },
      "2026-10-03T12:00Z",
      ["2026-10-03T15:30", "2026-10-04T15:15"],
    ],
    [
      "half hours fire in both passes of a repeated hour (Berlin, 25 October)",
      { cron: "*/30 * * * *", tz: "Europe/Berlin" },
      "2026-10-24T23:45Z",
      ["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"],
    ],
    [
      "each hour fires once over a gap (New York, 8 March)",
      { cron: "0 * * * *", tz: "America/New_York" },
      "2026-03-08T05:30Z",
      ["2026-03-08T06:00", "2026-03-08T07:00", "2026-03-08T08:00"],
    ],
    ["UTC is the default", { cron: "0 3 * * *" }, "2026-03-28T12:00Z", [
      "2026-03-29T03:00",
      "2026-03-30T03:00",
    ]],
    ["the last day of a month", { cron: "0 0 L * *" }, "2026-02-01T00:00Z", ["2026-02-28T00:00"]],
    ["the second Monday", { cron: "0 0 * * 1#2" }, "2026-02-01T00:00Z", ["2026-02-09T00:00"]],
    ["names of days", { cron: "0 12 * * MON-FRI" }, "2026-02-06T13:00Z", ["2026-02-09T12:00"]],
    ["@daily", { cron: "@daily" }, "2026-02-01T00:00Z", ["2026-02-02T00:00"]],
    ["every counts from 1970", { every: "7m" }, "1970-01-01T00:00Z", [
      "1970-01-01T00:07",
      "1970-01-01T00:14",
    ]],
    [
      "until is a moment of the zone, and not fired any more",
      { cron: "0 0 * * *", tz: "America/New_York", until: "2026-02-03" },
      "2026-02-01T12:00Z",
      ["2026-02-02T05:00", "never"],
    ],
    [
      "until with a Z is one of UTC",
      { cron: "0 * * * *", tz: "America/New_York", until: "2026-02-03T12:00:00Z" },
      "2026-02-03T10:30Z",
      ["2026-02-03T11:00", "never"],
    ],
  ] as readonly [string, TimesOf, string, readonly string[]][]
) {
  Deno.test(`D2 N7 readTimes(): ${what}`, async () => {
    assertEquals(await fires(of, after, expected.length), [...expected]);
  });
}

Deno.test("readTimes() takes six fields with seconds first", async () => {
  const times = await readTimes({ cron: "*/20 * * * * *" }, NOW);
  assertEquals([times.next(NOW), times.next(NOW + 20_000)], [NOW + 20_000, NOW + 40_000]);
});

for (
  const [of, text] of [
    [{}, "needs cron or every, and not both"],
    [{ cron: "* * * * *", every: "1m" }, "needs cron or every, and not both"],
    [
      { cron: "* * * *" },
      'cron "* * * *" must have five fields, or six with seconds first, or be like @daily',
    ],
    [{ cron: "2027-01-01T00:00:00" }, "must have five fields"],
    [{ cron: "61 * * * *" }, 'cron "61 * * * *": Invalid value for minute: 61'],
    [{ cron: "@reboot" }, "@reboot is not supported"],
    [{ cron: "0 0 31 2 *" }, 'cron "0 0 31 2 *" never fires'],
    [
      { cron: "* * * * *", tz: "Mars/Base" },
      'tz "Mars/Base" must be an IANA time zone such as Europe/Berlin',
    ],
    [{ every: "7 minutes" }, 'every: duration "7 minutes" must be like 250ms, 30s, 5m or 1h30m'],
    [{ every: "500ms" }, 'every "500ms" must be at least 1s'],
    [{ every: "-1m" }, 'every "-1m" must be at least 1s'],
    [{ every: "1m", until: "tomorrow" }, 'until "tomorrow" must be like 2027-01-01, 2027-01-01T12:00:00'],
    [{ every: "1m", until: "2027-13-01" }, "until"],
  ] as readonly [TimesOf, string][]
) {
  Deno.test(`readTimes() refuses ${JSON.stringify(of)}`, async () => {
    await assertRejects(() => readTimes(of, NOW), ScheduleTimesError, text);
  });
}

Deno.test("readTimes() takes a schedule whose last time has passed", async () => {
  const times = await readTimes({ cron: "@daily", until: "2020-01-01" }, NOW);
  assertEquals([times.next(NOW), times.latest(0, NOW, 1)], [undefined, [at("2019-12-31T00:00Z")]]);
});

Deno.test("latest() gives the last ones of next(), also over both changes of the clock", async () => {
  for (const tz of ["Europe/Berlin", "Australia/Lord_Howe", "America/Sao_Paulo"]) {
    for (const  of of[{ cron: "*/30 * * * *", tz }, { cron: "15 2 * * *", tz }, { every: "25m" }]) {
      const times = await readTimes(of, NOW);
      for (const day of ["2026-03-28T10:00Z", "2026-10-03T10:00Z", "2026-10-24T10:00Z"]) {
        const [from, to] = [at(day), at(day) + 2 * 86_400_000];
        const all: number[] = [];
        for (let next = times.next(from - 1); next !== undefined && next <= to; next = times.next(next)) {
          all.push(next);
        }
        assert(all.length > 0);
        assertEquals(iso(times.latest(from, to, 1000)), iso(all), `${JSON.stringify(of)} ${day}`);
        assertEquals(iso(times.latest(from, to, 2)), iso(all.slice(-2)));
      }
    }
  }
});

Deno.test("latest() includes both ends of its span", async () => {
  for (const  of of[{ cron: "* * * * *" }, { every: "1m" }]) {
    const times = await readTimes(of, NOW);
    assertEquals(times.latest(NOW, NOW + 60_000, 10), [NOW, NOW + 60_000]);
    assertEquals(times.latest(NOW + 1, NOW + 59_999, 10), []);
  }
});
