/**
 * What can be done with missions and lanes.
 *
 * @module
 */
import { type Signal, signal } from "@preact/signals";
import type { JSX } from "preact";
import { type BulkResult, change, type LaneRow, toast } from "./api.ts";
import { count, shortId } from "./format.ts";
import { Confirm, Dialog, type Question } from "./parts.tsx";
import { go, missionHref } from "./router.ts";

const question: Signal<Question | undefined> = signal(undefined);
const failures: Signal<readonly BulkResult[]> = signal([]);

/** Asks before an action. */
export function ask(about: Question): void {
  question.value = about;
}

/** The question of the moment, and what failed in a bulk action. */
export function Questions(): JSX.Element | null {
  if (question.value !== undefined) {
    return <Confirm question={question.value} onClose={() => question.value = undefined} />;
  }
  if (failures.value.length === 0) return null;
  const close = (): void => void (failures.value = []);
  return (
    <Dialog title={`${count(failures.value.length, "mission")} failed`} onClose={close}>
      <ul class="results">
        {failures.value.map(({ host, id, error }) => (
          <li key={`${host}/${id}`}>
            <a href={missionHref(host, id)}>{shortId(id)}</a> on {host}: {error ?? "failed"}
          </li>
        ))}
      </ul>
      <div class="dialog-actions">
        <button type="button" onClick={close}>Close</button>
      </div>
    </Dialog>
  );
}

/** A mission to act on. */
export interface Target {
  readonly host: string;
  readonly mission_id: string;
  readonly name: string;
  readonly status: string;
}

const pathOf = ({ host, mission_id }: Target): string => `/api${missionHref(host, mission_id)}`;

const about = ({ name, mission_id, host }: Target): JSX.Element => (
  <p>
    <b>{name}</b> <code>{shortId(mission_id)}</code> on <b>{host}</b>
  </p>
);

/** Runs it again under a new id. */
export function restart(target: Target, then?: () => void): void {
  ask({
    title: "Restart this mission?",
    text: (
      <>
        {about(target)}
        <p>It is queued again with the same input, under a new id.</p>
      </>
    ),
    verb: "Restart",
    async act() {
      const { mission_id: id } = await change<{ mission_id: string }>(`${pathOf(target)}/restart`);
      toast("Restarted.", { link: { href: missionHref(target.host, id), text: "Show it" } });
      if (then === undefined) go(missionHref(target.host, id));
      else then();
    },
  });
}

/** Ends it: a queued one at once, a running one by SIGTERM and, after the grace, SIGKILL. */
export function kill(target: Target, then: () => void): void {
  const queued = target.status === "queued";
  ask({
    title: queued ? "Cancel this mission?" : "Kill this mission?",
    text: (
      <>
        {about(target)}
        <p>
          {queued
            ? "It is taken out of its lane and never runs."
            : "Its processes get SIGTERM, and SIGKILL if they are still there after the grace of the dugdale."}
        </p>
      </>
    ),
    verb: queued ? "Cancel the mission" : "Kill",
    dangerous: true,
    async act() {
      const { status } = await change<{ status: string }>(`${pathOf(target)}/kill`);
      killSentMs.value = { ...killSentMs.value, [target.mission_id]: Date.now() };
      toast(status === "killed" ? "Cancelled." : "SIGTERM sent, waiting for its end.");
      then();
    },
  });
}

/** When a kill was sent from here, by mission. */
export const killSentMs: Signal<Readonly<Record<string, number>>> = signal({});

/** Removes it with its files. */
export function remove(target: Target, then: () => void): void {
  const unfinished = target.status !== "done";
  ask({
    title: "Delete this mission?",
    text: (
      <>
        {about(target)}
        <p>Its record, output and files are removed.</p>
      </>
    ),
    verb: "Delete",
    dangerous: true,
    option: unfinished ? "End it first (needed while it is queued or running)" : undefined,
    async act(force) {
      await change(`${pathOf(target)}/delete`, { force });
      toast("Deleted.");
      then();
    },
  });
}

/** Makes a mission that waits for its time due. */
export async function runNow(target: Target, then: () => void): Promise<void> {
  try {
    await change(`${pathOf(target)}/run-now`);
    toast("It is due now.");
    then();
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error), { failed: true });
  }
}

/** One action on several missions. */
export function bulk(
  action: "restart" | "kill" | "delete",
  items: readonly { readonly host: string; readonly id: string }[],
  then: () => void,
): void {
  const what = count(items.length, "mission");
  const verbs = { restart: "Restart", kill: "Kill", delete: "Delete" };
  ask({
    title: `${verbs[action]} ${what}?`,
    text: <p>{what} on {[...new Set(items.map(({ host }) => host))].sort().join(", ")}.</p>,
    verb: `${verbs[action]} ${what}`,
    dangerous: action !== "restart",
    option: action === "delete" ? "End those that are queued or running first" : undefined,
    async act(force) {
      const { results } = await change<{ results: readonly BulkResult[] }>(
        `/api/missions/bulk-${action}`,
        { items, ...(action === "delete" && { force }) },
      );
      reportBulk(results);
      then();
    },
  });
}

/** Tells how a bulk action went. */
export function reportBulk(results: readonly BulkResult[]): void {
  const failed = results.filter(({ ok }) => !ok);
  const done = results.length - failed.length;
  toast(`${done} done${failed.length > 0 ? `, ${failed.length} failed` : ""}.`, {
    failed: failed.length > 0,
  });
  failures.value = failed;
}

/** Stops a lane from starting missions, or lets it go on. */
export function switchLane(lane: LaneRow, then: () => void): void {
  const { host, name, paused, queued } = lane;
  const path = `/api/lanes/${encodeURIComponent(host)}/${encodeURIComponent(name)}`;
  const act = async (): Promise<void> => {
    await change(`${path}/${paused ? "continue" : "pause"}`);
    toast(`Lane ${name} of ${host} is ${paused ? "running" : "paused"}.`);
    then();
  };
  ask({
    title: paused ? `Continue lane ${name}?` : `Pause lane ${name}?`,
    text: (
      <p>
        Lane <b>{name}</b> of <b>{host}</b> {paused ? "starts missions again" : "starts no more missions"}.
        {" "}
        {!paused && "Running ones go on. "}
        {queued > 0 && `${count(queued, "mission")} in its queue.`}
      </p>
    ),
    verb: paused ? "Continue" : "Pause",
    act,
  });
}
