/**
 * The list of missions of all dugdales.
 *
 * @module
 */
import type { JSX } from "preact";
import { type MissionsAnswer, type Row, session } from "./api.ts";
import { duration, moment, shortId } from "./format.ts";
import { Age, Badge, Copy, Empty, Heading, Loading } from "./parts.tsx";
import { now, usePoll } from "./poll.ts";
import { go, here, missionHref, withQuery } from "./router.ts";

const REFRESH_MS = 3000;
const STATUSES = ["queued", "running", "done"];
const OUTCOMES = ["success", "failed", "killed", "timeout", "crashed", "lost", "oom"];

/** The list. */
export function Missions(): JSX.Element {
  const { query } = here.value;
  const polled = usePoll<MissionsAnswer>(`/api/missions?${query}`, REFRESH_MS);
  const { data, busy } = polled;
  return (
    <>
      <Heading title="Missions" busy={busy} />
      <Filters />
      <Loading polled={polled} rows={10} />
      {data && data.items.length === 0 && <Empty>No mission matches.</Empty>}
      {data && data.items.length > 0 && <MissionTable rows={data.items} />}
      <Pages next={data?.next_cursor} />
    </>
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

/** A table of missions. */
export function MissionTable({ rows }: { rows: readonly Row[] }): JSX.Element {
  const manyHosts = (session.value?.hosts.length ?? 0) > 1;
  return (
    <div class="table-box">
      <table class="missions">
        <thead>
          <tr>
            <th scope="col">Status</th>
            <th scope="col">Mission</th>
            {manyHosts && <th scope="col">Dugdale</th>}
            <th scope="col">Lane</th>
            <th scope="col" class="number">Duration</th>
            <th scope="col" class="number">Created</th>
            <th scope="col">Id</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.host}/${row.mission_id}`}>
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
