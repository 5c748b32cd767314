/**
 * The list of missions of all dugdales.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bulk, type Target } from "./actions.tsx";
import { type MissionsAnswer, type Row, session } from "./api.ts";
import { duration, moment, shortId } from "./format.ts";
import { Age, Badge, Copy, Empty, Heading, Icon, Loading, mayAct } from "./parts.tsx";
import { now, usePoll } from "./poll.ts";
import { go, here, missionHref, withQuery } from "./router.ts";

const REFRESH_MS = 3000;
const STATUSES = ["queued", "running", "done"];
const OUTCOMES = ["success", "failed", "killed", "timeout", "crashed", "lost", "oom"];

/** The list. */
export function Missions(): JSX.Element {
  const { query } = here.value;
  const polled = usePoll<MissionsAnswer>(`/api/missions?${query}`, REFRESH_MS);
  const { data, busy, refresh } = polled;
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  // A selection is of what is on the screen.
  useEffect(() => setPicked(new Set()), [query.toString()]);
  const rows = data?.items ?? [];
  const chosen = rows.filter((row) => picked.has(keyOf(row)));
  return (
    <>
      <Heading title="Missions" busy={busy} />
      <Filters />
      {chosen.length > 0 && <BulkBar rows={chosen} clear={() => setPicked(new Set())} refresh={refresh} />}
      <Loading polled={polled} rows={10} />
      {data && rows.length === 0 && <Empty>No mission matches.</Empty>}
      {rows.length > 0 && <MissionTable rows={rows} {...(mayAct() && { picked, setPicked })} />}
      <Pages next={data?.next_cursor} />
    </>
  );
}

const keyOf = ({ host, mission_id }: Pick<Row, "host" | "mission_id">): string => `${host}/${mission_id}`;

function BulkBar({ rows, clear, refresh }: {
  rows: readonly Row[];
  clear: () => void;
  refresh: () => void;
}): JSX.Element {
  const act = (action: "restart" | "kill" | "delete"): void => {
    const items = rows.map(({ host, mission_id: id }) => ({ host, id }));
    bulk(action, items, () => {
      clear();
      refresh();
    });
  };
  return (
    <div class="bulk" role="toolbar" aria-label="Selected missions">
      <b>{rows.length} selected</b>
      <button type="button" onClick={() => act("restart")}>
        <Icon name="again" />Restart
      </button>
      <button type="button" class="danger" onClick={() => act("kill")}>
        <Icon name="stop" />Kill
      </button>
      <button type="button" class="danger" onClick={() => act("delete")}>
        <Icon name="trash" />Delete
      </button>
      <button type="button" class="quiet" onClick={clear}>Clear</button>
    </div>
  );
}

/** What a mission is called. */
export function nameOf(row: Pick<Row, "mission_name" | "display_name" | "mission_id">): string {
  return row.display_name || row.mission_name || row.mission_id;
}

/** How long it ran, or has been running. */
export function Duration(
  { row }: { row: Pick<Row, "status" | "time_started" | "time_finished"> },
): JSX.Element {
  const { status, time_started: started, time_finished: finished } = row;
  if (started === undefined) return <span class="dim">—</span>;
  return <>{duration((status === "running" ? now.value : finished ?? now.value) - started)}</>;
}

/** The name of a mission in actions. */
export function targetOf(row: Row): Target {
  return { host: row.host, mission_id: row.mission_id, status: row.status, name: nameOf(row) };
}

/** A table of missions, with boxes to tick where actions on several are offered. */
export function MissionTable({ rows, finished = false, picked, setPicked }: {
  rows: readonly Row[];
  /** Tells when they ended instead of when they were created. */
  finished?: boolean;
  picked?: ReadonlySet<string>;
  setPicked?: (picked: ReadonlySet<string>) => void;
}): JSX.Element {
  const all = picked !== undefined && rows.every((row) => picked.has(keyOf(row)));
  const pick = (keys: readonly string[], on: boolean): void => {
    const next = new Set(picked);
    for (const key of keys) on ? next.add(key) : next.delete(key);
    setPicked?.(next);
  };
  const manyHosts = (session.value?.hosts.length ?? 0) > 1;
  return (
    <div class="table-box">
      <table class="missions">
        <thead>
          <tr>
            {picked && (
              <th scope="col" class="pick">
                <input
                  type="checkbox"
                  aria-label="Select all on this page"
                  checked={all}
                  ref={(box) => {
                    if (box !== null) box.indeterminate = !all && picked.size > 0;
                  }}
                  onChange={(event) => pick(rows.map(keyOf), event.currentTarget.checked)}
                />
              </th>
            )}
            <th scope="col">Status</th>
            <th scope="col">Mission</th>
            {manyHosts && <th scope="col">Dugdale</th>}
            <th scope="col">Lane</th>
            <th scope="col" class="number">Duration</th>
            <th scope="col" class="number">{finished ? "Finished" : "Created"}</th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-row class={picked?.has(keyOf(row)) ? "picked" : undefined}>
              {picked && (
                <td class="pick">
                  <input
                    type="checkbox"
                    aria-label={`Select ${nameOf(row)} ${shortId(row.mission_id)}`}
                    checked={picked.has(keyOf(row))}
                    onChange={(event) => pick([keyOf(row)], event.currentTarget.checked)}
                  />
                </td>
              )}
              <td data-label="Status">
                <Badge status={row.status} outcome={row.outcome} />
              </td>
              <td data-label="Mission" class="main">
                <a href={missionHref(row.host, row.mission_id)}>{nameOf(row)}</a>
                {row.fail_message && <span class="sub" title={row.fail_message}>{row.fail_message}</span>}
              </td>
              {manyHosts && <td data-label="Dugdale">{row.host}</td>}
              <td data-label="Lane">{row.lane}</td>
              <td data-label="Duration" class="number">
                <Duration row={row} />
              </td>
              <td data-label="Created" class="number">
                <Age at={row.time_created} />
              </td>
              <td data-label="Id" class="id" title={`${row.mission_id}, ${moment(row.time_created)}`}>
                <code>{shortId(row.mission_id)}</code>
                <Copy text={row.mission_id} what="mission id" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Filters(): JSX.Element {
  const { query } = here.value;
  const set = (name: string, value: string): void => {
    if ((query.get(name) ?? "") !== value) {
      go(withQuery({ [name]: value, cursor: undefined }), { replace: true });
    }
  };
  const select = (name: string, label: string, options: readonly string[], all: string): JSX.Element => (
    <label>
      <span>{label}</span>
      <select value={query.get(name) ?? ""} onChange={(event) => set(name, event.currentTarget.value)}>
        <option value="">{all}</option>
        {options.map((option) => <option key={option} value={option}>{option}</option>)}
      </select>
    </label>
  );
  const text = (name: string, label: string): JSX.Element => (
    <label>
      <span>{label}</span>
      <input
        type="search"
        key={query.get(name) ?? ""}
        defaultValue={query.get(name) ?? ""}
        onChange={(event) => set(name, event.currentTarget.value.trim())}
        onSearch={(event) => set(name, event.currentTarget.value.trim())}
      />
    </label>
  );
  const hosts = session.value?.hosts ?? [];
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter missions"
      onSubmit={(event) => event.preventDefault()}
    >
      {text("mission", "Mission")}
      {text("lane", "Lane")}
      {select("status", "Status", STATUSES, "any")}
      {select("outcome", "Outcome", OUTCOMES, "any")}
      {hosts.length > 1 && select("host", "Dugdale", hosts.map(({ id }) => id), "all")}
      {select("kind", "Kind", ["mission", "exec"], "all")}
      {select("order", "Order", ["created", "finished"], "created")}
      {query.size > 0 && <button type="button" onClick={() => go("/missions")}>Clear</button>}
    </form>
  );
}

function Pages({ next }: { next: string | undefined }): JSX.Element | null {
  const first = !here.value.query.has("cursor");
  if (first && next === undefined) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {!first && <a class="button" href={withQuery({ cursor: undefined })}>First page</a>}
      {!first && <button type="button" onClick={() => history.back()}>Previous</button>}
      {next !== undefined && <a class="button" href={withQuery({ cursor: next })}>Next</a>}
    </nav>
  );
}
