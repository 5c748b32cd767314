/**
 * The configuration that the contract suite starts a dugdale with, as keys of dugdale.yaml. Waits and caps are small,
 * so that every one of them can be reached in a short test.
 *
 * @module
 */

/** Keys of dugdale.yaml, group by group. */
export type Settings = Readonly<Record<string, unknown>>;

/** One token of each scope. */
export interface Tokens {
  readonly dispatch: string;
  readonly exec: string;
  readonly admin: string;
}

/** The tokens of dugdales that the suite starts itself. */
export const OWN_TOKENS: Tokens = {
  dispatch: "contract-dispatch-token",
  exec: "contract-exec-token",
  admin: "contract-admin-token",
};

/** Caps of {@linkcode BASE} that tests count with. Bytes, milliseconds, or pieces. */
export const CAPS = {
  killGraceMs: 400,
  postExitGraceMs: 400,
  outputBytes: 65_536,
  eventsBytes: 16_384,
  eventLineBytes: 73_728,
  returnBytes: 4096,
  failMessageBytes: 2048,
  failDetailsBytes: 2048,
  dispatchBodyBytes: 131_072,
  inputBytes: 16_384,
  applyBodyBytes: 65_536,
  execBodyBytes: 32_768,
  outputFileBytes: 262_144,
  outputFiles: 4,
  progressRate: 30,
  scriptBytes: 4096,
  execFiles: 3,
} as const;

/** What every dugdale of the suite is configured with, unless a test file says otherwise. */
export const BASE: Settings = {
  network: { use_x_forwarded_for: true, trusted_proxies: ["127.0.0.0/8"] },
  auth: { tokens: ["another-dispatch-token", OWN_TOKENS.dispatch] },
  admin: { tokens: [OWN_TOKENS.admin] },
  exec: {
    enabled: true,
    tokens: [OWN_TOKENS.exec],
    max_script_size: CAPS.scriptBytes,
    max_inputs_per_exec: CAPS.execFiles,
    max_outputs_per_exec: CAPS.execFiles,
  },
  limits: {
    default_kill_grace: `${CAPS.killGraceMs}ms`,
    reader_post_exit_grace: `${CAPS.postExitGraceMs}ms`,
    max_output_buffer: CAPS.outputBytes,
    max_events_buffer: CAPS.eventsBytes,
    max_event_line_size: CAPS.eventLineBytes,
    max_return_value_size: CAPS.returnBytes,
    max_fail_message_size: CAPS.failMessageBytes,
    max_fail_details_size: CAPS.failDetailsBytes,
    max_dispatch_body_size: CAPS.dispatchBodyBytes,
    max_mission_input_size: CAPS.inputBytes,
    max_apply_body_size: CAPS.applyBodyBytes,
    max_exec_body_size: CAPS.execBodyBytes,
    max_output_file_size: CAPS.outputFileBytes,
    max_output_files_per_mission: CAPS.outputFiles,
    max_progress_rate: CAPS.progressRate,
  },
};

/** Lays settings over others, group by group. */
export function merged(base: Settings, over: Settings): Settings {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const old = result[name];
    result[name] = isGroup(old) && isGroup(value) ? merged(old, value) : value;
  }
  return result;
}

function isGroup(value: unknown): value is Settings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
