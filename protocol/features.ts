/**
 * Features of a dugdale beyond the first version of the interface. It announces them in `GET /v1/dugdale`: a dugdale
 * ignores unknown members of a request, so a client checks before it sends one.
 *
 * @module
 */
import type { DispatchBody } from "./mission.ts";

/** Each feature and its meaning. A feature is added when all of it works, and never changes its meaning. */
export const FEATURES: Readonly<Record<string, string>> = {
  dispatch_batch: "`POST /v1/dispatch/batch`",
  lane_options: "`lane_options` of an apply",
  failures:
    "`GET /v1/failures`, several outcomes and `fail_reason` in lists of missions, `set` of a bulk restart",
  schedules: "`schedules` of an apply, `/v1/schedules`, `schedule` and `scheduled_for` of a mission",
  priority: "`priority` of a dispatch",
  run_at: "`run_at` and `delay` of a dispatch, and `POST /v1/missions/{id}/run-now`",
  key: "`key`, `unique` and `serial` of a dispatch, and `GET /v1/keys/{key}`",
  successors: "`on_success` and `on_failure` of a dispatch",
  tags: "`tags` of a dispatch",
  owner: "`owner` of a dispatch",
  notify: "`notify` of a dispatch",
  hooks: "`/v1/hooks`",
  sinks: "`/v1/sinks`",
  rates: "`rate` and `per_key` of a lane",
  whoami: "`GET /v1/whoami`, and tokens with names and limits",
  audit: "`GET /v1/admin/audit`",
  retry: "`retry` of a dispatch and of a lane, `attempts` of a mission, `attempt=` of its output",
  note: "the line `note` on descriptor 3, `notes` of a mission",
  warn: "the line `warn` on descriptor 3, `warnings` of a mission",
  meta: "the line `meta` on descriptor 3, `meta` of a mission",
  state: "the line `state` on descriptor 3, `state` and `states` of a mission",
  log: "the line `log` on descriptor 3, `GET /v1/missions/{id}/log`",
};

/** Features for missions, which find them in `LETTS_FEATURES`, separated by commas. */
export const MISSION_FEATURES: readonly string[] = ["note", "warn", "meta", "state", "log"];

/** Members of a dispatch that are additions, with the feature of each. */
export const DISPATCH_FEATURES: Readonly<Partial<Record<keyof DispatchBody, string>>> = {
  priority: "priority",
  run_at: "run_at",
  delay: "run_at",
  key: "key",
  unique: "key",
  serial: "key",
  on_success: "successors",
  on_failure: "successors",
  tags: "tags",
  owner: "owner",
  notify: "notify",
  retry: "retry",
};

/**
 * The features of the additions used by a dispatch.
 *
 * @param table Default: {@linkcode DISPATCH_FEATURES}.
 */
export function featuresOf(
  body: Partial<Readonly<Record<keyof DispatchBody, unknown>>>,
  table: Readonly<Partial<Record<keyof DispatchBody, string>>> = DISPATCH_FEATURES,
): readonly string[] {
  const words: string[] = [];
  for (const name in table) {
    const member = name as keyof DispatchBody;
    const word = table[member];
    if (body[member] !== undefined && word !== undefined && !words.includes(word)) words.push(word);
  }
  return words;
}
