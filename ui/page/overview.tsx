/**
 * All dugdales and their lanes.
 *
 * @module
 */
import type { JSX } from "preact";
import { switchLane } from "./actions.tsx";
import { type DashboardAnswer, type HostRow, type LaneRow, session } from "./api.ts";
import { count, duration } from "./format.ts";
import { MissionTable } from "./missions.tsx";
import { Age, Badge, Empty, Heading, Json, Loading, mayAct } from "./parts.tsx";
import { now, type Polled, usePoll } from "./poll.ts";
import { go, here, withQuery } from "./router.ts";

/** A lane whose queue does not move for this long is worth a warning. */
const STUCK_MS = 60_000;

/** The page. */
export function Overview({ polled }: { polled: Polled<DashboardAnswer> }): JSX.Element {
  const { data, busy, refresh } = polled;
  if (data === undefined) {
    return (
      <>
        <Heading title="Overview" busy={busy} />
        <Loading polled={polled} />
      </>
    );
  }
  const label = here.value.query.get("label");
  const hosts = data.hosts.filter(({ labels }) => label === null || labels.includes(label));
  const ids = new Set(hosts.map(({ id }) => id));
  const lanes = data.lanes.filter(({ host }) => ids.has(host));
  return (
    <>
      <Heading title="Overview" busy={busy}>
        {label !== null && (
          <button type="button" onClick={() => go(withQuery({ label: undefined }))}>Label {label} ×</button>
        )}
      </Heading>
      <Loading polled={polled} />
      <Warnings lanes={lanes} />
      <section aria-label="Dugdales">
        <ul class="cards">
          {hosts.map((host) => (
            <li key={host.id}>
              <HostCard host={host} />
            </li>
          ))}
        </ul>
      </section>
      <section>
        <h2>Lanes</h2>
        <Lanes lanes={lanes} refresh={refresh} />
      </section>
      <section>
        <h2>Recent failures</h2>
        {data.recent_failures.length === 0
          ? <Empty>Nothing has failed.</Empty>
          : <MissionTable rows={data.recent_failures.filter(({ host }) => ids.has(host))} finished />}
      </section>
    </>
  );
}

function HostCard({ host }: { host: HostRow }): JSX.Element {
  const { id, online, labels, version, uptime_seconds: uptime, queue_summary: queue, applied_at } = host;
  return (
    <article class={online ? "card" : "card offline"}>
      <h3>
        <a href={`/config/${encodeURIComponent(id)}`}>{id}</a>
        <Badge status={online ? "online" : "offline"} />
      </h3>
      {online && queue && (
        <dl class="tallies">
          <div>
            <dt>Running</dt>
            <dd>{queue.running.toLocaleString("en")}</dd>
          </div>
          <div>
            <dt>Queued</dt>
            <dd>{queue.queued.toLocaleString("en")}</dd>
          </div>
        </dl>
      )}
      <p class="dim">
        {online
          ? (
            <>
              {version}, up {duration((uptime ?? 0) * 1000)}, applied <Age at={applied_at} />
            </>
          )
          : "It does not answer."}
      </p>
      {labels.length > 0 && (
        <p class="labels">
          {labels.map((label) => <a key={label} href={withQuery({ label })} class="label">{label}</a>)}
        </p>
      )}
    </article>
  );
}

/** What keeps missions from running, in words. */
function Warnings({ lanes }: { lanes: readonly LaneRow[] }): JSX.Element {
  const texts = lanes.flatMap((lane) => {
    const { host, name, queued, running, paused, concurrency, waits_for, oldest_queued_at: oldest } = lane;
    if (queued === 0) return [];
    const where = `Lane ${name} of ${host}`;
    const missions = count(queued, "mission");
    if (paused) return [`${where} is paused with ${missions} in its queue.`];
    if (waits_for !== undefined) return [`${where} waits for ${waits_for}, with ${missions} in its queue.`];
    if (concurrency === 0) return [`${where} has concurrency 0, with ${missions} in its queue.`];
    const waitsMs = oldest === undefined ? 0 : now.value - oldest;
    if (running > 0 || waitsMs < STUCK_MS) return [];
    return [`${where} runs nothing, although ${missions} wait, the oldest for ${duration(waitsMs)}.`];
  });
  return <>{texts.map((text) => <p key={text} class="warning" role="status">{text}</p>)}</>;
}

function Lanes({ lanes, refresh }: { lanes: readonly LaneRow[]; refresh: () => void }): JSX.Element {
  if (lanes.length === 0) {
    return (
      <Empty>
        No lanes. <code>letts apply</code> makes them.
      </Empty>
    );
  }
  const manyHosts = (session.value?.hosts.length ?? 0) > 1;
  const href = ({ host, name }: LaneRow, status: string): string =>
    `/missions?host=${encodeURIComponent(host)}&lane=${encodeURIComponent(name)}&status=${status}`;
  return (
    <div class="table-box">
      <table class="stack">
        <thead>
          <tr>
            {manyHosts && <th scope="col">Dugdale</th>}
            <th scope="col">Lane</th>
            <th scope="col">Load</th>
            <th scope="col" class="number">Running</th>
            <th scope="col" class="number">Queued</th>
            <th scope="col" class="number">Oldest waits</th>
            {mayAct() && (
              <th scope="col">
                <span class="offscreen">Action</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {lanes.map((lane) => (
            <tr key={`${lane.host}/${lane.name}`}>
              {manyHosts && <td>{lane.host}</td>}
              <td>
                <b>{lane.name}</b> {lane.paused && <Badge status="paused" />}
              </td>
              <td class="load">
                <meter
                  min={0}
                  max={Math.max(1, lane.concurrency)}
                  value={lane.running}
                  aria-label={`${lane.running} of ${lane.concurrency} slots`}
                />
              </td>
              <td class="number" data-label="Running">
                <a href={href(lane, "running")}>{lane.running}</a>{" "}
                <span class="dim">/ {lane.concurrency}</span>
              </td>
              <td class="number">
                <a href={href(lane, "queued")}>{lane.queued.toLocaleString("en")}</a>
              </td>
              <td class="number" data-label="Oldest">
                {lane.oldest_queued_at === undefined ? "—" : duration(now.value - lane.oldest_queued_at)}
              </td>
              {mayAct() && (
                <td class="row-action">
                  <button
                    type="button"
                    onClick={() => switchLane(lane, refresh)}
                    aria-label={`${lane.paused ? "Continue" : "Pause"} lane ${lane.name} of ${lane.host}`}
                  >
                    {lane.paused ? "Continue" : "Pause"}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The applied configuration of a dugdale. */
export function Config({ host }: { host: string }): JSX.Element {
  const polled = usePoll<unknown>(`/api/config/${encodeURIComponent(host)}`, undefined);
  return (
    <>
      <Heading title={host} note="applied configuration" busy={polled.busy}>
        <a class="button" href="/">Back</a>
      </Heading>
      <Loading polled={polled} />
      {polled.data !== undefined && <Json value={polled.data} what="Configuration" />}
    </>
  );
}
