/**
 * One box for ids and names.
 *
 * @module
 */
import type { JSX } from "preact";
import { type MissionsAnswer, read, toast } from "./api.ts";
import { go, missionHref } from "./router.ts";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** Finds a mission by its id on all dugdales, or lists those with a name. */
export function Search(): JSX.Element {
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = String(new FormData(form).get("q") ?? "").trim();
    if (text === "") return;
    form.reset();
    if (!ID.test(text)) return go(`/missions?${new URLSearchParams({ mission: text })}`);
    try {
      const { items: [first] } = await read<MissionsAnswer>(`/api/find/${text.toLowerCase()}`);
      if (first !== undefined) go(missionHref(first.host, first.mission_id));
      // The execs of one fan-out share an id that is not that of a mission.
      else go(`/missions?${new URLSearchParams({ group_id: text.toLowerCase() })}`);
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error), { failed: true });
    }
  };
  return (
    <form class="search" role="search" aria-label="Find a mission" onSubmit={submit}>
      <input
        id="search"
        name="q"
        type="search"
        placeholder="Id or name"
        aria-label="Id or name of a mission"
      />
    </form>
  );
}
