/**
 * Missions that start by themselves.
 *
 * @module
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { change, type SchedulesAnswer, session, toast } from "./api.ts";
import { Age, Badge, Dialog, Empty, Heading, Loading, mayAct } from "./parts.tsx";
import { usePoll } from "./poll.ts";
import { missionHref } from "./router.ts";

const REFRESH_MS = 4000;

type Schedule = SchedulesAnswer["schedules"][number];

/** The page. */
export function Schedules(): JSX.Element {
  const polled = usePoll<SchedulesAnswer>("/api/schedules", REFRESH_MS);
  const { data, busy, refresh } = polled;
  const [pausing, setPausing] = useState<Schedule | undefined>(undefined);
  const manyHosts = (session.value?.hosts.length ?? 0) > 1;
  const act = async (schedule: Schedule, action: string, body: unknown, done: string): Promise<void> => {
    try {
      const { mission_id: id } = await change<{ mission_id?: string }>(`${pathOf(schedule)}/${action}`, body);
      toast(
        done,
        id === undefined ? {} : { link: { href: missionHref(schedule.host, id), text: "Show it" } },
      );
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { failed: true });
    }
    refresh();
  };
  return (
    <>
      <Heading title="Schedules" busy={busy} />
      <Loading polled={polled} />
      {data && data.schedules.length === 0 && (
        <Empty>
          No schedules. They are part of <code>letts.yaml</code> and of an apply.
        </Empty>
      )}
      {data && data.schedules.length > 0 && (
        <div class="table-box">
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Schedule</th>
                {manyHosts && <th scope="col">Dugdale</th>}
                <th scope="col">When</th>
                <th scope="col">Mission</th>
                <th scope="col" class="number">Next</th>
                <th scope="col" class="number">Last</th>
                <th scope="col" class="number">Fired</th>
                {mayAct() && (
                  <th scope="col">
                    <span class="offscreen">Actions</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {data.schedules.map((schedule) => (
                <tr key={`${schedule.host}/${schedule.name}`}>
                  <td class="main">
                    <b>{schedule.name}</b> {schedule.pause && <Badge status="paused" />}
                    <PauseNote schedule={schedule} />
                  </td>
                  {manyHosts && <td>{schedule.host}</td>}
                  <td>
                    <code>{schedule.cron ?? `every ${schedule.every}`}</code>
                    <span class="sub">{schedule.tz ?? "UTC"}</span>
                  </td>
                  <td>
                    {schedule.mission}
                    <span class="sub">{schedule.lane}</span>
                  </td>
                  <td class="number" data-label="Next">
                    {schedule.pause ? "—" : <Age at={schedule.next_at} />}
                  </td>
                  <td class="number">
                    <Last schedule={schedule} />
                  </td>
                  <td class="number" data-label="Fired">
                    {schedule.fired}
                    {schedule.skipped > 0 && <span class="sub">{schedule.skipped} skipped</span>}
                  </td>
                  {mayAct() && (
                    <td class="row-action">
                      <button type="button" onClick={() => act(schedule, "run", {}, "Started.")}>
                        Run now
                      </button>
                      {schedule.pause
                        ? (
                          <button type="button" onClick={() => act(schedule, "continue", {}, "It goes on.")}>
                            Continue
                          </button>
                        )
                        : <button type="button" onClick={() => setPausing(schedule)}>Pause…</button>}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {pausing && (
        <PauseDialog
          schedule={pausing}
          onClose={() => setPausing(undefined)}
          onPause={(reason) => act(pausing, "pause", { reason }, "Paused.")}
        />
      )}
    </>
  );
}

function pathOf({ host, name }: Schedule): string {
  return `/api/schedules/${encodeURIComponent(host)}/${encodeURIComponent(name)}`;
}

function PauseNote({ schedule: { pause, last_error } }: { schedule: Schedule }): JSX.Element | null {
  if (pause !== undefined) {
    return (
      <span class="sub">
        by {pause.who ?? pause.by} <Age at={pause.at} />
        {pause.reason && `: ${pause.reason}`}
      </span>
    );
  }
  return last_error === undefined ? null : <span class="sub bad">{last_error}</span>;
}

function Last({ schedule: { host, last_at, last_mission_id } }: { schedule: Schedule }): JSX.Element {
  if (last_mission_id === undefined) return <Age at={last_at} />;
  return (
    <a href={missionHref(host, last_mission_id)}>
      {last_at === undefined ? "by hand" : <Age at={last_at} />}
    </a>
  );
}

function PauseDialog({ schedule, onClose, onPause }: {
  schedule: Schedule;
  onClose: () => void;
  onPause: (reason: string) => Promise<void>;
}): JSX.Element {
  const [reason, setReason] = useState("");
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await onPause(reason);
    onClose();
  };
  return (
    <Dialog title={`Pause schedule ${schedule.name}?`} onClose={onClose}>
      <form onSubmit={submit}>
        <label class="field">
          <span>Why, for those who see it later (optional)</span>
          <input value={reason} maxLength={1024} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        <div class="dialog-actions">
          <button type="button" onClick={onClose}>Cancel</button>
          <button type="submit" class="primary">Pause</button>
        </div>
      </form>
    </Dialog>
  );
}
