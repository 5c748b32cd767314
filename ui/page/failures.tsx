/**
 * Failed missions, counted by mission and reason.
 *
 * @module
 */
import type { JSX } from "preact";
import { ask, reportBulk } from "./actions.tsx";
import { type BulkResult, change, type FailuresAnswer, session } from "./api.ts";
import { count } from "./format.ts";
import { Age, Badge, Empty, Heading, Loading, mayAct } from "./parts.tsx";
import { usePoll } from "./poll.ts";
import { missionHref } from "./router.ts";

const REFRESH_MS = 4000;

type Group = FailuresAnswer["groups"][number];

/** The page. */
export function Failures(): JSX.Element {
  const polled = usePoll<FailuresAnswer>("/api/failures", REFRESH_MS);
  const { data, busy, refresh } = polled;
  const manyHosts = (session.value?.hosts.length ?? 0) > 1;
  return (
    <>
      <Heading title="Failures" note={data && count(data.total, "mission")} busy={busy} />
      <Loading polled={polled} />
      {data && data.groups.length === 0 && <Empty>Nothing has failed.</Empty>}
      {data && data.groups.length > 0 && (
        <div class="table-box">
          <table class="stack">
            <thead>
              <tr>
                <th scope="col" class="number">Count</th>
                <th scope="col">Outcome</th>
                <th scope="col">Mission and reason</th>
                {manyHosts && <th scope="col">Dugdale</th>}
                <th scope="col" class="number">Last</th>
                {mayAct() && (
                  <th scope="col">
                    <span class="offscreen">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {data.groups.map((group) => (
                <tr key={`${group.host}/${group.mission}/${group.outcome}/${group.fail_reason}`}>
                  <td class="number">
                    <a href={listHref(group)}>{group.count.toLocaleString("en")}</a>
                  </td>
                  <td>
                    <Badge status="done" outcome={group.outcome} />
                  </td>
                  <td class="main">
                    <a href={listHref(group)}>{group.mission}</a> <code>{group.fail_reason}</code>
                    <span class="sub" title={group.last_message}>{group.last_message}</span>
                  </td>
                  {manyHosts && <td>{group.host}</td>}
                  <td class="number">
                    <a href={missionHref(group.host, group.last_mission_id)}>
                      <Age at={group.last_at} />
                    </a>
                  </td>
                  {mayAct() && (
                    <td class="row-action">
                      <button
                        type="button"
                        onClick={() => all(group, "restart", refresh)}
                      >
                        Retry all
                      </button>
                      <button
                        type="button"
                        class="danger"
                        onClick={() =>
                          all(group, "delete", refresh)}
                      >
                        Delete all
                      </button>
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function listHref({ host, mission, outcome, fail_reason }: Group): string {
  const query = new URLSearchParams({ host, mission, outcome, ...(fail_reason && { fail_reason }) });
  return `/missions?${query}`;
}

function all(group: Group, action: "restart" | "delete", then: () => void): void {
  const { host, mission, outcome, fail_reason, count: number } = group;
  const what = count(number, "mission");
  ask({
    title: action === "restart" ? `Retry ${what}?` : `Delete ${what}?`,
    text: (
      <p>
        <b>{mission}</b> on <b>{host}</b>, {outcome} {fail_reason && <code>{fail_reason}</code>}.{" "}
        {action === "restart"
          ? "Each is queued again with its input, under a new id."
          : "Records, output and files are removed."}
      </p>
    ),
    verb: action === "restart" ? `Retry ${what}` : `Delete ${what}`,
    dangerous: action === "delete",
    option: action === "restart" ? "Delete the failed ones, with their output and files" : undefined,
    async act(remove) {
      const { results } = await change<{ results: readonly BulkResult[] }>(`/api/failures/${action}`, {
        host,
        mission,
        outcome,
        fail_reason,
        ...(action === "restart" && { remove }),
      });
      reportBulk(results);
      then();
    },
  });
}
