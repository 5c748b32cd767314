/**
 * One mission.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MissionRecord, OutputFile } from "../../protocol/mission.ts";
import { kill, killSentMs, remove, restart, runNow } from "./actions.tsx";
import { live, type MissionAnswer } from "./api.ts";
import { duration, moment, shortId, size } from "./format.ts";
import { Duration, nameOf } from "./missions.tsx";
import { Output, useStream } from "./output.tsx";
import { Age, Badge, Copy, Empty, Heading, Icon, Json, jsonLines, Loading, mayAct } from "./parts.tsx";
import { now, usePoll } from "./poll.ts";
import { go, here, missionHref, withQuery } from "./router.ts";

const REFRESH_MS = 2000;

/** An event as it was sent; its kind decides about the rest. */
interface Event {
  readonly event: string;
  readonly seq: number;
  readonly time?: number;
  readonly time_created?: number;
  readonly time_finished?: number;
  readonly value?: number;
  readonly message?: string;
  readonly text?: string;
  readonly pid?: number;
  readonly lane?: string;
  readonly attempt?: number;
  readonly outcome?: string;
  readonly exit_code?: number;
  readonly fail_reason?: string;
}

/** The page of a mission. */
export function MissionPage({ host, id }: { host: string; id: string }): JSX.Element {
  const api = `/api${missionHref(host, id)}`;
  const [done, setDone] = useState(false);
  const polled = usePoll<MissionAnswer>(api, done ? undefined : REFRESH_MS);
  const record = polled.data?.mission;
  useEffect(() => setDone(record?.status === "done"), [record?.status]);
  const events = useEvents(api, polled.refresh);
  if (record === undefined) {
    return (
      <>
        <Heading title="Mission" busy={polled.busy} />
        <Loading polled={polled} rows={4} />
      </>
    );
  }
  return (
    <>
      <Head host={host} record={record} busy={polled.busy} refresh={polled.refresh} />
      {record.status !== "done" && <ProgressBar events={events} />}
      <Failure record={record} />
      <Timeline record={record} />
      <Facts host={host} record={record} />
      <Tabs api={api} record={record} events={events} />
    </>
  );
}

/** The events so far; the record is read again at each change of state. */
function useEvents(api: string, refresh: () => void): readonly Event[] {
  const [events, setEvents] = useState<readonly Event[]>([]);
  useEffect(() => setEvents([]), [api]);
  useStream(`${api}/events`, (data) => {
    let event: Event;
    try {
      event = JSON.parse(data);
    } catch {
      return;
    }
    setEvents((old) => [...old, event].slice(-1000));
    if (event.event !== "progress" && live.value) refresh();
  });
  return events;
}

function Head({ host, record, busy, refresh }: {
  host: string;
  record: MissionRecord;
  busy: boolean;
  refresh: () => void;
}): JSX.Element {
  const { status, mission_id, run_at: runAt } = record;
  const target = { host, mission_id, status, name: nameOf(record) };
  const waits = status === "queued" && runAt !== undefined;
  return (
    <Heading
      title={target.name}
      busy={busy}
      note={host}
      badge={<Badge status={status} outcome={record.outcome} />}
    >
      {mayAct() && (
        <>
          {waits && (
            <button type="button" onClick={() => runNow(target, refresh)}>
              <Icon name="play" />Run now
            </button>
          )}
          {status !== "done" && (
            <button type="button" class="danger" onClick={() => kill(target, refresh)}>
              <Icon name="stop" />
              {status === "queued" ? "Cancel" : "Kill"}
            </button>
          )}
          {status === "done" && (
            <button type="button" onClick={() => restart(target)}>
              <Icon name="again" />Restart
            </button>
          )}
          {record.kind === "mission" && (
            <a class="button" href={againHref(host, record)}>
              <Icon name="dispatch" />Dispatch again…
            </a>
          )}
          <button type="button" class="danger" onClick={() => remove(target, () => go("/missions"))}>
            <Icon name="trash" />Delete
          </button>
        </>
      )}
    </Heading>
  );
}

function againHref(host: string, { mission_id }: MissionRecord): string {
  return `/dispatch?from=${encodeURIComponent(host)}/${encodeURIComponent(mission_id)}`;
}

function ProgressBar({ events }: { events: readonly Event[] }): JSX.Element | null {
  const last = events.findLast(({ event }) => event === "progress");
  if (last === undefined) return null;
  const percent = Math.round(100 * Math.min(1, Math.max(0, last.value ?? 0)));
  return (
    <div class="progress">
      <progress max={100} value={percent} aria-label="Progress" />
      <span class="number">{percent} %</span>
      <span class="dim">{last.message}</span>
    </div>
  );
}

function Failure({ record }: { record: MissionRecord }): JSX.Element | null {
  const { status, outcome, fail_reason, fail_message, fail_details, mission_id } = record;
  const sentMs = killSentMs.value[mission_id];
  if (status === "running" && sentMs !== undefined) {
    return (
      <p class="warning" role="status">
        SIGTERM was sent {duration(now.value - sentMs)} ago; SIGKILL follows when the grace is over.
      </p>
    );
  }
  if (status !== "done" || outcome === "success") return null;
  return (
    <div class="failure">
      <b>{fail_reason ?? outcome}</b>
      {fail_message && <p>{fail_message}</p>}
      {fail_details && <pre tabIndex={0} aria-label="Details">{jsonLines(fail_details)}</pre>}
    </div>
  );
}

/** How long it waited and ran. */
function Timeline({ record }: { record: MissionRecord }): JSX.Element {
  const { time_created: created, time_started: started, time_finished: finished } = record;
  const endMs = finished ?? now.value;
  const waitedMs = (started ?? endMs) - created;
  const ranMs = started === undefined ? 0 : endMs - started;
  const total = Math.max(1, waitedMs + ranMs);
  return (
    <div class="timeline" role="img" aria-label={`Waited ${duration(waitedMs)}, ran ${duration(ranMs)}`}>
      <span class="waited" style={{ flexGrow: waitedMs / total }} title={`waited ${duration(waitedMs)}`} />
      <span class={`ran ran-${record.outcome ?? "running"}`} style={{ flexGrow: ranMs / total }} />
    </div>
  );
}

function Facts({ host, record }: { host: string; record: MissionRecord }): JSX.Element {
  const exit = record.signal ?? (record.status === "done" ? String(record.exit_code ?? "—") : undefined);
  const facts: (readonly [string, ComponentChildren])[] = [
    [
      "Lane",
      <a key="l" href={`/missions?host=${encodeURIComponent(host)}&lane=${record.lane}`}>{record.lane}</a>,
    ],
    [
      "Id",
      <span key="i">
        <code>{record.mission_id}</code> <Copy text={record.mission_id} what="mission id" />
      </span>,
    ],
    ["Created", <Moment key="c" at={record.time_created} />],
    ["Started", <Moment key="s" at={record.time_started} />],
    ["Finished", <Moment key="f" at={record.time_finished} />],
    ["Duration", <Duration key="d" row={record} />],
  ];
  const more: (readonly [string, ComponentChildren])[] = [
    ["Due", record.run_at && <Moment key="due" at={record.run_at} />],
    [record.signal === undefined ? "Exit code" : "Signal", exit],
    ["Process", record.pid || undefined],
    ["Timeout", record.timeout_ms ? duration(record.timeout_ms) : undefined],
    ["Attempt", record.attempt],
    ["Priority", record.priority],
    ["Key", record.key],
    ["Tags", record.tags?.join(", ")],
    ["Owner", record.owner],
    ["Schedule", record.schedule && <a key="schedule" href="/schedules">{record.schedule}</a>],
    ["State", record.states?.at(-1)],
    [
      "Group",
      record.group_id && (
        <a key="group" href={`/missions?group_id=${record.group_id}`}>{shortId(record.group_id)}</a>
      ),
    ],
    [
      "Restarted from",
      record.restarted_from && (
        <a key="from" href={missionHref(host, record.restarted_from)}>{shortId(record.restarted_from)}</a>
      ),
    ],
  ];
  const shown = [...facts, ...more.filter(([, value]) => value !== undefined && value !== "")];
  return (
    <dl class="facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Moment({ at }: { at: number | undefined }): JSX.Element {
  if (at === undefined) return <span class="dim">—</span>;
  return (
    <span>
      {moment(at)}{" "}
      <span class="dim">
        (<Age at={at} />)
      </span>
    </span>
  );
}

const TABS = ["output", "events", "input", "result", "files", "attempts"] as const;
type Tab = typeof TABS[number];

function Tabs(
  { api, record, events }: { api: string; record: MissionRecord; events: readonly Event[] },
): JSX.Element {
  const attempts = record.attempts ?? [];
  const tabs = TABS.filter((tab) => tab !== "attempts" || attempts.length > 0);
  const wanted = here.value.query.get("tab");
  const chosen: Tab = tabs.find((tab) => tab === wanted) ?? "output";
  const choose = (tab: Tab): void =>
    go(withQuery({ tab: tab === "output" ? undefined : tab }), { replace: true });
  const move = (event: KeyboardEvent): void => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const next = tabs[(tabs.indexOf(chosen) + by + tabs.length) % tabs.length];
    if (by === 0 || next === undefined) return;
    choose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  const files = (record.inputs?.length ?? 0) + Object.keys(record.outputs ?? {}).length;
  const tally = { events: events.length, files, attempts: attempts.length };
  return (
    <>
      <div class="tabs" role="tablist" aria-label="Parts of the mission" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab}
            id={`tab-${tab}`}
            type="button"
            role="tab"
            aria-selected={tab === chosen}
            aria-controls="tab-panel"
            tabIndex={tab === chosen ? 0 : -1}
            onClick={() => choose(tab)}
          >
            {tab[0]?.toUpperCase() + tab.slice(1)}
            {tab in tally && tally[tab as keyof typeof tally] > 0 && (
              <span class="tab-tally">{tally[tab as keyof typeof tally]}</span>
            )}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${chosen}`}>
        {chosen === "output" && (
          <Output
            api={api}
            done={record.status === "done"}
            truncated={record.truncated_stdout === true || record.truncated_stderr === true}
          />
        )}
        {chosen === "events" && <Events events={events} />}
        {chosen === "input" && <Json value={record.input ?? null} what="Input" />}
        {chosen === "result" && <Result record={record} />}
        {chosen === "files" && <Files api={api} record={record} />}
        {chosen === "attempts" && <Attempts record={record} />}
      </div>
    </>
  );
}

function Events({ events }: { events: readonly Event[] }): JSX.Element {
  if (events.length === 0) return <Empty>No events yet.</Empty>;
  return (
    <ol class="events">
      {events.map((event) => (
        <li key={event.seq} class={`event-${event.event}`}>
          <time>{moment(event.time ?? event.time_created ?? event.time_finished)}</time>
          <b>{event.event}</b>
          <span>{summary(event)}</span>
          <span class="dim">#{event.seq}</span>
        </li>
      ))}
    </ol>
  );
}

function summary(event: Event): string {
  const { value, message, text, pid, lane, attempt, outcome, exit_code, fail_reason } = event;
  const parts = [
    value === undefined ? undefined : `${Math.round(value * 100)} %`,
    message,
    text,
    pid === undefined ? undefined : `process ${pid}`,
    lane === undefined ? undefined : `lane ${lane}`,
    attempt === undefined ? undefined : `attempt ${attempt}`,
    outcome,
    fail_reason,
    exit_code === undefined ? undefined : `exit ${exit_code}`,
  ];
  return parts.filter((part) => part !== undefined).join(" · ");
}

function Result({ record }: { record: MissionRecord }): JSX.Element {
  if (record.status !== "done") return <Empty>It has not ended yet.</Empty>;
  const { notes = [], warnings = [], meta } = record;
  return (
    <>
      {record.return === undefined
        ? <Empty>It returned nothing.</Empty>
        : <Json value={record.return} what="Return value" />}
      {notes.length + warnings.length > 0 && (
        <ul class="notes">
          {warnings.map(({ message }, at) => <li key={`w${at}`} class="warning">{message}</li>)}
          {notes.map((text, at) => <li key={`n${at}`}>{text}</li>)}
        </ul>
      )}
      {meta && <Json value={meta} what="Meta" />}
    </>
  );
}

function Files({ api, record }: { api: string; record: MissionRecord }): JSX.Element {
  const inputs = (record.inputs ?? []).map((file) => [file.role, file] as const);
  const outputs = Object.entries(record.outputs ?? {});
  if (inputs.length + outputs.length === 0) return <Empty>No files.</Empty>;
  const rows = (kind: string, files: readonly (readonly [string, OutputFile])[]): JSX.Element[] =>
    files.map(([role, file]) => (
      <tr key={`${kind}/${role}`}>
        <td>{kind}</td>
        <td class="main">{role}</td>
        <td class="number">{size(file.size)}</td>
        <td class="id">
          <code title={file.sha256}>{file.sha256.slice(0, 8)}</code>
          <Copy text={file.sha256} what={`SHA-256 of ${role}`} />
        </td>
        <td>
          <a class="button" href={`${api}/files/${encodeURIComponent(file.staging_id)}`} download={role}>
            <Icon name="download" /> Download
          </a>
        </td>
      </tr>
    ));
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Role</th>
            <th scope="col" class="number">Size</th>
            <th scope="col">SHA-256</th>
            <th scope="col">
              <span class="offscreen">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>{rows("input", inputs)}{rows("output", outputs)}</tbody>
      </table>
    </div>
  );
}

function Attempts({ record }: { record: MissionRecord }): JSX.Element {
  return (
    <div class="table-box">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Attempt</th>
            <th scope="col">Outcome</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">Duration</th>
            <th scope="col" class="number">Finished</th>
          </tr>
        </thead>
        <tbody>
          {(record.attempts ?? []).map((one) => (
            <tr key={one.attempt}>
              <td class="number">{one.attempt}</td>
              <td>
                <Badge status="done" outcome={one.outcome} />
              </td>
              <td>
                {one.fail_reason}
                <span class="sub">{one.fail_message}</span>
              </td>
              <td class="number">
                {one.time_started === undefined ? "—" : duration(one.time_finished - one.time_started)}
              </td>
              <td class="number">
                <Age at={one.time_finished} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
