import { assertEquals, assertThrows } from "@std/assert";
import { ConfigError } from "../../../config/config_error.ts";
import { DUGDALE_DEFAULTS } from "../../../config/dugdale/defaults.ts";
import type { DugdaleConfig } from "../../../config/dugdale/config.ts";
import { dugdaleConfig, parseDugdaleConfig, readDugdaleConfig } from "../../../config/dugdale/read.ts";
import { TempDir } from "../temp_dir.ts";

const REQUIRED = "listen: 127.0.0.1:7180\ndata_dir: /var/lib/dugdale\n";

const parse = (text: string) => parseDugdaleConfig({ file: "dugdale.yaml", text });
const parseMore = (text: string) => parse(REQUIRED + text);

Deno.test("parseDugdaleConfig() fills every default in", () => {
  const KIB = 1024;
  const MIB = 1024 * KIB;
  assertEquals(parse(REQUIRED), {
    listen: "127.0.0.1:7180",
    dataDir: "/var/lib/dugdale",
    network: {
      behindTlsProxy: false,
      insecurePlainHttp: false,
      trustedProxies: [],
      useXForwardedFor: false,
      allowedHosts: [],
      maxConnections: 10_000,
      maxConnectionsPerAddress: 8_000,
      idleTimeoutMs: 120_000,
      headerTimeoutMs: 10_000,
      openMetrics: true,
    },
    auth: { tokens: [], tokenFile: "" },
    admin: { tokens: [], tokenFile: "" },
    tokens: [],
    log: { level: "info", format: "json", output: "stderr", outputs: [], events: {} },
    audit: { enabled: false, dispatches: true, file: "" },
    cleanup: {
      successTtlMs: 86_400_000,
      failedTtlMs: 604_800_000,
      stagingTtlMs: 3_600_000,
      downloadedGraceMs: 3_600_000,
      lostCleanupGraceMs: 600_000,
      auditTtlMs: 7_776_000_000,
      sweepIntervalMs: 300_000,
    },
    exec: {
      enabled: false,
      tokens: [],
      tokenFile: "",
      allowShell: false,
      maxScriptBytes: 256 * KIB,
      maxInputsPerExec: 32,
      maxOutputsPerExec: 32,
      execSuccessTtlMs: 3_600_000,
      execFailedTtlMs: 86_400_000,
    },
    missionEnv: { inherit: [], set: {} },
    limits: {
      maxOutputBufferBytes: 16 * MIB,
      maxEventsBufferBytes: MIB,
      maxEventLineBytes: MIB,
      maxReturnValueBytes: 768 * KIB,
      maxFailMessageBytes: 64 * KIB,
      maxFailDetailsBytes: 256 * KIB,
      maxDispatchBodyBytes: 2 * MIB,
      maxMissionInputBytes: MIB,
      maxExecBodyBytes: MIB,
      maxApplyBodyBytes: MIB,
      maxJsonDepth: 256,
      progressBufferBytes: 256 * KIB,
      maxOutputFileBytes: 16 * 1024 ** 3,
      maxStagingUploadBytes: 0,
      maxIncompleteStagingBytes: 0,
      maxDataDirBytes: 0,
      maxProgressRate: 50,
      maxOutputFilesPerMission: 32,
      maxIncompleteStagingUploads: 128,
      maxQueuePerLane: 0,
      maxQueueTotal: 0,
      uploadIdleTimeoutMs: 30_000,
      defaultKillGraceMs: 5_000,
      readerPostExitGraceMs: 5_000,
      cacheSize: -16_000,
    },
    hooks: {},
    sinks: {},
    ui: { enabled: false, listen: "127.0.0.1:7190" },
  });
});

type Field = (config: DugdaleConfig) => unknown;
const KEYS: readonly (readonly [yaml: string, field: Field, expected: unknown])[] = [
  ["network: {behind_tls_proxy: yes}", (c) => c.network.behindTlsProxy, true],
  ["network: {insecure_plain_http: true}", (c) => c.network.insecurePlainHttp, true],
  ["network: {trusted_proxies: [10.0.0.0/8, nonsense]}", (c) => c.network.trustedProxies, [
    "10.0.0.0/8",
    "nonsense",
  ]],
  ["network: {use_x_forwarded_for: on}", (c) => c.network.useXForwardedFor, true],
  ["auth: {tokens: [a, 0123]}", (c) => c.auth.tokens, ["a", "0123"]],
  ["admin: {tokens: [b]}", (c) => c.admin.tokens, ["b"]],
  ["network: {open_metrics: false}", (c) => c.network.openMetrics, false],
  ["tokens:", (c) => c.tokens, []],
  ["tokens: [{name: n, token: t, scopes: [exec]}]", (c) => c.tokens, [
    { name: "n", tokens: ["t"], tokenFile: "", scopes: ["exec"], readOnly: false },
  ]],
  [
    "tokens: [{name: n, token_file: f, scopes: [admin, dispatch], lanes: [a, b], missions: [m, 'x*', '*'], read_only: yes}]",
    (c) => c.tokens,
    [{
      name: "n",
      tokens: [],
      tokenFile: "f",
      scopes: ["admin", "dispatch"],
      lanes: ["a", "b"],
      missions: ["m", "x*", "*"],
      readOnly: true,
    }],
  ],
  [
    "tokens: [{name: n, token: t, scopes: [exec], expires: 2027-02-28T08:00+01:00}]",
    (c) => c.tokens[0]?.expiresMs,
    Date.UTC(2027, 1, 28, 7),
  ],
  ["exec: {enabled: true}\ntokens: [{name: n, token: t, scopes: [exec]}]", (c) => c.exec.enabled, true],
  ["log: {level: debug}", (c) => c.log.level, "debug"],
  ["log: {level: ''}", (c) => c.log.level, "info"],
  ["log: {format: text}", (c) => c.log.format, "text"],
  ["log: {output: /var/log/dugdale.log}", (c) => c.log.output, "/var/log/dugdale.log"],
  ["log: {output: STDOUT}", (c) => c.log.output, "stdout"],
  ['log: {output: "-"}', (c) => c.log.output, "stderr"],
  ["log: {output: '-'}", (c) => c.log.output, "stderr"],
  [
    "log: {outputs: [{name: a, type: stdout, level: warn}, {name: b, type: file, path: /f, format: text, max_size: 1KiB, keep: 0, priority: yes}]}",
    (c) => c.log.outputs,
    [
      { name: "a", type: "stdout", path: "", level: "warn", maxBytes: 0, keep: 5, priority: false },
      { name: "b", type: "file", path: "/f", format: "text", maxBytes: 1024, keep: 0, priority: true },
    ],
  ],
  ["log: {events: {request: debug, mission.failed: error, mission: off}}", (c) => c.log.events, {
    request: "debug",
    "mission.failed": "error",
    mission: "off",
  }],
  ["cleanup: {success_ttl: 2d}", (c) => c.cleanup.successTtlMs, 172_800_000],
  ["cleanup: {success_ttl: ''}", (c) => c.cleanup.successTtlMs, 86_400_000],
  ["cleanup: {failed_ttl: 1h}", (c) => c.cleanup.failedTtlMs, 3_600_000],
  ["cleanup: {staging_ttl: 0}", (c) => c.cleanup.stagingTtlMs, 0],
  ["cleanup: {downloaded_grace: 1m}", (c) => c.cleanup.downloadedGraceMs, 60_000],
  ["cleanup: {lost_cleanup_grace: 1m}", (c) => c.cleanup.lostCleanupGraceMs, 60_000],
  ["cleanup: {audit_ttl: 7d}", (c) => c.cleanup.auditTtlMs, 604_800_000],
  ["audit: {enabled: true, dispatches: no, file: a.ndjson}", (c) => c.audit, {
    enabled: true,
    dispatches: false,
    file: "a.ndjson",
  }],
  ["cleanup: {sweep_interval: 1s}", (c) => c.cleanup.sweepIntervalMs, 1000],
  ["cleanup: {sweep_interval: 0}", (c) => c.cleanup.sweepIntervalMs, 60_000],
  ["exec: {enabled: true, tokens: [c]}", (c) => [c.exec.enabled, c.exec.tokens], [true, ["c"]]],
  ["exec: {allow_shell: true}", (c) => c.exec.allowShell, true],
  ["exec: {max_script_size: 0}", (c) => c.exec.maxScriptBytes, 0],
  ["exec: {max_inputs_per_exec: 0}", (c) => c.exec.maxInputsPerExec, 0],
  ["exec: {max_outputs_per_exec: -1}", (c) => c.exec.maxOutputsPerExec, -1],
  ["exec: {exec_success_ttl: 1m}", (c) => c.exec.execSuccessTtlMs, 60_000],
  ["exec: {exec_failed_ttl: 1m}", (c) => c.exec.execFailedTtlMs, 60_000],
  ["mission_env: {inherit: [LANG]}", (c) => c.missionEnv.inherit, ["LANG"]],
  ["mission_env: {set: {A: '${HOME}', B: 1.50, C: }}", (c) => c.missionEnv.set, {
    A: "${HOME}",
    B: "1.50",
    C: "",
  }],
  ["limits: {max_output_buffer: 1KiB}", (c) => c.limits.maxOutputBufferBytes, 1024],
  ["limits: {max_events_buffer: 1KiB}", (c) => c.limits.maxEventsBufferBytes, 1024],
  ["limits: {max_json_depth: 9}", (c) => c.limits.maxJsonDepth, 9],
  ["limits: {max_event_line_size: 0}", (c) => c.limits.maxEventLineBytes, 0],
  ["limits: {max_return_value_size: 1KiB}", (c) => c.limits.maxReturnValueBytes, 1024],
  ["limits: {max_fail_message_size: 1KiB}", (c) => c.limits.maxFailMessageBytes, 1024],
  ["limits: {max_fail_details_size: 1KiB}", (c) => c.limits.maxFailDetailsBytes, 1024],
  ["limits: {max_dispatch_body_size: 1KiB}", (c) => c.limits.maxDispatchBodyBytes, 1024],
  ["limits: {max_mission_input_size: 1KiB}", (c) => c.limits.maxMissionInputBytes, 1024],
  ["limits: {max_exec_body_size: 1KiB}", (c) => c.limits.maxExecBodyBytes, 1024],
  ["limits: {max_apply_body_size: 1KiB}", (c) => c.limits.maxApplyBodyBytes, 1024],
  ["limits: {progress_buffer_size: 1KiB}", (c) => c.limits.progressBufferBytes, 1024],
  ["limits: {max_output_file_size: 2 GiB}", (c) => c.limits.maxOutputFileBytes, 2_147_483_648],
  ["limits: {max_staging_upload_size: 1KiB}", (c) => c.limits.maxStagingUploadBytes, 1024],
  ["limits: {max_incomplete_staging_bytes: 5}", (c) => c.limits.maxIncompleteStagingBytes, 5],
  ["limits: {max_data_dir_size: 1KiB}", (c) => c.limits.maxDataDirBytes, 1024],
  ["limits: {max_progress_rate: 0}", (c) => c.limits.maxProgressRate, 0],
  ["limits: {max_progress_rate: }", (c) => c.limits.maxProgressRate, 50],
  ["limits: {max_output_files_per_mission: -5}", (c) => c.limits.maxOutputFilesPerMission, -5],
  ["limits: {max_incomplete_staging_uploads: 0}", (c) => c.limits.maxIncompleteStagingUploads, 0],
  ["limits: {max_queue_per_lane: 7}", (c) => c.limits.maxQueuePerLane, 7],
  ["limits: {max_queue_total: 8}", (c) => c.limits.maxQueueTotal, 8],
  ["limits: {upload_idle_timeout: 0s}", (c) => c.limits.uploadIdleTimeoutMs, 0],
  ["limits: {default_kill_grace: 0}", (c) => c.limits.defaultKillGraceMs, 0],
  ["limits: {reader_post_exit_grace: 250ms}", (c) => c.limits.readerPostExitGraceMs, 250],
  ["limits: {cache_size: 2000}", (c) => c.limits.cacheSize, 2000],
  ["limits: {cache_size: 0}", (c) => c.limits.cacheSize, -16_000],
  ["limits:\nexec:\nlog:\n", (c) => c.limits, DUGDALE_DEFAULTS.limits],
];
for (const [yaml, field, expected] of KEYS) {
  Deno.test(`parseDugdaleConfig() reads ${JSON.stringify(yaml)}`, () => {
    assertEquals(field(parseMore(yaml)), expected);
  });
}

const FAULTS: readonly (readonly [yaml: string, line: number, key: string, words: string])[] = [
  ["limit: {}", 3, "limit", "is not a known key"],
  ["limits:\n  max_size: 1", 4, "limits.max_size", "is not a known key"],
  ["log: {Level: info}", 3, "log.Level", "is not a known key"],
  ["auth:\n  tokens: [a]\n  token: b", 5, "auth.token", "is not a known key"],
  ["listen: again", 3, "listen", "is written twice, first on line 1"],
  ["auth: {tokens: abc}", 3, "auth.tokens", "must be a list"],
  ["exec: {enabled: 'true'}", 3, "exec.enabled", "without quotes"],
  ["limits: {cache_size: '5'}", 3, "limits.cache_size", "must be a number without quotes"],
  ["limits: {max_progress_rate: 1.5}", 3, "limits.max_progress_rate", "must be a whole number"],
  ["cleanup:\n  success_ttl: 30", 4, "cleanup.success_ttl", `must be a duration`],
  ["cleanup: {success_ttl: -1h}", 3, "cleanup.success_ttl", `must be a duration`],
  ["limits: {max_output_buffer: 1MB}", 3, "limits.max_output_buffer", "must be a size"],
  ["limits: {max_output_buffer: -1}", 3, "limits.max_output_buffer", "must be a size"],
  [
    "mission_env:\n  set:\n    A: 1\n    LETTS_A: 1",
    6,
    `mission_env.set["LETTS_A"]`,
    "must not start with LETTS_",
  ],
  ["mission_env:\n  inherit:\n  - A\n  - LETTS_B", 6, "mission_env.inherit[1]", "must not start with LETTS_"],
  ["exec:\n  enabled: true", 4, "exec.enabled", "needs exec.tokens or admin.tokens"],
  [
    "exec:\n  enabled: true\ntokens: [{name: n, token: t, scopes: [dispatch]}]",
    4,
    "exec.enabled",
    "tokens of such scopes",
  ],
  ["tokens:\n- {token: t, scopes: [exec]}", 4, "tokens[0].name", "must not be missing or empty"],
  ["tokens:\n- name: N\n  token: t", 4, "tokens[0].name", "must be 1 to 64 of"],
  ["tokens:\n- {name: admin-token, token: t, scopes: [exec]}", 4, "tokens[0].name", "must not be"],
  [
    "tokens:\n- {name: n, token: t, scopes: [exec]}\n- {name: n, token: u, scopes: [exec]}",
    5,
    "tokens[1].name",
    "is the name of tokens[0] too",
  ],
  ["tokens:\n- {name: n, scopes: [exec]}", 4, "tokens[0]", "needs token or token_file"],
  [
    "tokens:\n- {name: n, token: t}",
    4,
    "tokens[0].scopes",
    "must name at least one of dispatch, exec, admin",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [all]}",
    4,
    "tokens[0].scopes[0]",
    "must be dispatch, exec, admin",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [exec], lanes: []}",
    4,
    "tokens[0].lanes",
    "left out it means all",
  ],
  ["tokens:\n- {name: n, token: t, scopes: [exec], lanes: [A]}", 4, "tokens[0].lanes", "lane name"],
  [
    "tokens:\n- {name: n, token: t, scopes: [dispatch], missions: []}",
    4,
    "tokens[0].missions",
    "left out it means all",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [dispatch], missions: ['a*b']}",
    4,
    "tokens[0].missions",
    "or end in *",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [dispatch], missions: ['[a]']}",
    4,
    "tokens[0].missions",
    "mission name",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [exec], missions: [a]}",
    4,
    "tokens[0].missions",
    "commands have no mission name",
  ],
  [
    "tokens:\n- {name: n, token: t, scopes: [exec], expires: 2027-02-30}",
    4,
    "tokens[0].expires",
    "must be a date such as 2027-01-31",
  ],
  ["audit:\n  file: a.ndjson", 4, "audit.file", "needs audit.enabled: true"],
  ["log:\n  level: INFO", 4, "log.level", `must be debug, info, warn, error, not "INFO"`],
  ["log: {level: warning}", 3, "log.level", "must be debug"],
  ["log: {events: {request: loud}}", 3, `log.events["request"]`, "must be debug, info, warn, error, off"],
  ["log:\n  outputs:\n  - {type: stdout}", 5, "log.outputs[0].name", "must not be missing or empty"],
  ["log:\n  outputs:\n  - {name: A, type: stdout}", 5, "log.outputs[0].name", "must be 1 to 64 of"],
  [
    "log:\n  outputs:\n  - {name: a, type: stdout}\n  - {name: a, type: stderr}",
    6,
    "log.outputs[1].name",
    "is the name of log.outputs[0] too",
  ],
  ["log:\n  outputs:\n  - {name: a, type: file}", 5, "log.outputs[0].path", "must not be missing"],
  ["log:\n  outputs:\n  - {name: a, type: stdout, path: /f}", 5, "log.outputs[0].path", "does not go with"],
  ["log:\n  outputs:\n  - {name: a, type: stdout, max_size: 1}", 5, "log.outputs[0].max_size", "does not go"],
  ["log:\n  outputs:\n  - {name: a, type: syslog}", 5, "log.outputs[0].type", "must be stderr, stdout, file"],
  ["log:\n  outputs:\n  - {name: a, type: file, path: f, keep: -1}", 5, "log.outputs[0].keep", "negative"],
  ["log: {format: JSON}", 3, "log.format", "must be json, text"],
  ["limits:\n  max_return_value_size: 983041", 4, "limits.max_return_value_size", "must not be more than"],
  ["limits: {max_fail_message_size: 720897}", 3, "limits.max_fail_message_size", "must not be more than"],
  ["limits: {max_event_line_size: 851967}", 3, "limits.max_return_value_size", "must not be more than"],
];
for (const [yaml, line, key, words] of FAULTS) {
  Deno.test(`parseDugdaleConfig() refuses ${JSON.stringify(yaml)}`, () => {
    const error = assertThrows(() => parseMore(yaml), ConfigError, words);
    assertEquals([error.file, error.line, error.key, error.stage], ["dugdale.yaml", line, key, "parse"]);
  });
}

for (const text of ["", "# only a comment\n", "~", "{}", "- a", "text"]) {
  Deno.test(`parseDugdaleConfig() refuses the file ${JSON.stringify(text)}`, () => {
    assertEquals(assertThrows(() => parse(text), ConfigError).stage, "parse");
  });
}

Deno.test("parseDugdaleConfig() reads the first document only", () => {
  assertEquals(parse(`${REQUIRED}---\nlisten: [`).listen, "127.0.0.1:7180");
});

Deno.test("parseDugdaleConfig() takes the largest values that leave headroom, and any without a line limit", () => {
  parseMore("limits: {max_return_value_size: 983040}");
  parseMore("limits: {max_fail_message_size: 720896}");
  parseMore("limits: {max_event_line_size: 0, max_return_value_size: 1GiB}");
});

Deno.test("parseDugdaleConfig() reports broken rules in their order", () => {
  const rules: readonly (readonly [yaml: string, key: string])[] = [
    ["cleanup: {success_ttl: x}\n", "cleanup.success_ttl"],
    ["exec: {max_script_size: x}\n", "exec.max_script_size"],
    ["listen: ''\n", "listen"],
    ["data_dir: ''\n", "data_dir"],
    ["auth: {tokens: [a]}\n", "listen"],
    ["mission_env: {inherit: [LETTS_A]}\n", "mission_env.inherit[0]"],
    ["log: {level: x}\n", "log.level"],
    ["limits: {max_return_value_size: 1GiB}\n", "limits.max_return_value_size"],
  ];
  for (const first of rules.keys()) {
    const left = rules.slice(first).map(([yaml]) => yaml).toReversed();
    const listen = first > 2 ? ["listen: ':7180'\n"] : [];
    const dataDir = first > 3 ? ["data_dir: /d\n"] : [];
    const error = assertThrows(() => parse([...left, ...listen, ...dataDir].join("")), ConfigError);
    assertEquals(error.key, rules[first]?.[1], error.message);
  }
});

Deno.test("dugdaleConfig() takes any part from memory, and treats undefined as absent", () => {
  const config = dugdaleConfig({
    listen: "127.0.0.1:0",
    dataDir: "/d",
    limits: { maxProgressRate: 0, cacheSize: undefined },
    exec: { enabled: true },
    log: { output: "StdErr" },
  });
  assertEquals(config.limits, { ...DUGDALE_DEFAULTS.limits, maxProgressRate: 0 });
  assertEquals(config.exec, { ...DUGDALE_DEFAULTS.exec, enabled: true });
  assertEquals(config.log.output, "stderr");
});

/** A file whose paths are fine. */
function write(dir: TempDir, yaml: string, mode = 0o600): string {
  return dir.write("dugdale.yaml", `listen: 127.0.0.1:0\ndata_dir: ${dir.path}/data\n${yaml}`, mode);
}

const SECRETS: readonly (readonly [yaml: string, words: string])[] = [
  ["auth: {tokens: [aaaa]}", "auth.tokens"],
  ["admin: {tokens: [aaaa]}", "admin.tokens"],
  ["exec: {tokens: [aaaa]}", "exec.tokens"],
  ["mission_env: {set: {A: b}}", "mission_env.set"],
];
for (const [yaml, words] of SECRETS) {
  Deno.test(`readDugdaleConfig() requires a private file for ${words}`, () => {
    using dir = new TempDir();
    for (const mode of [0o600, 0o400]) {
      readDugdaleConfig(write(dir, yaml, mode));
      Deno.chmodSync(`${dir.path}/dugdale.yaml`, 0o600);
    }
    const path = write(dir, yaml, 0o640);
    const error = assertThrows(() => readDugdaleConfig(path), ConfigError, `${words}, so its mode must be`);
    assertEquals([error.stage, error.file], ["permissions", path]);
    readDugdaleConfig(path, { insecurePermissions: true });
  });
}

Deno.test("readDugdaleConfig() accepts a file without secrets that all users can read", () => {
  using dir = new TempDir();
  readDugdaleConfig(write(dir, "mission_env: {inherit: [A]}\nauth: {tokens: []}", 0o666));
});

Deno.test({
  name: "readDugdaleConfig() requires that the user owns a file with secrets",
  ignore: Deno.uid() !== 0, // only root can give files away
  fn: () => {
    using dir = new TempDir();
    const path = write(dir, "auth: {tokens: [aaaa]}");
    Deno.chownSync(path, 12345, null);
    const error = assertThrows(
      () => readDugdaleConfig(path),
      ConfigError,
      "must belong to user 0, not 12345",
    );
    assertEquals(error.stage, "permissions");
    readDugdaleConfig(path, { insecurePermissions: true });
  },
});

Deno.test("readDugdaleConfig() says which step failed, in their order", () => {
  using dir = new TempDir();
  const nowhere = { env: () => undefined, cwd: dir.path, systemFile: `${dir.path}/none` };
  const stage = (path?: string) => assertThrows(() => readDugdaleConfig(path, nowhere), ConfigError).stage;
  assertEquals(stage(), "discovery");
  assertEquals(stage(`${dir.path}/missing.yaml`), "parse");
  const badPath = "listen: ':0'\nauth: {tokens: [aaaa]}\ndata_dir: /dev/null/x\n";
  assertEquals(stage(dir.write("a.yaml", badPath, 0o644)), "parse");
  const allowed = `${badPath}network: {insecure_plain_http: true}\n`;
  assertEquals(stage(dir.write("b.yaml", allowed, 0o644)), "permissions");
  assertEquals(stage(dir.write("c.yaml", allowed, 0o600)), "paths");
});
