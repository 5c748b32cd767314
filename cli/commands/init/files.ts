/**
 * The files created by `letts init`.
 *
 * @module
 */
import { missionStarter } from "../../../dugdale/interpreters.ts";

/** A file and its content. */
export interface NewFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly mode: number;
  readonly text: string;
}

/** Parameters of the files. */
export interface InitFacts {
  /** Absolute. */
  readonly folder: string;
  readonly port: number;
  /** Creates a random token. */
  readonly token: () => string;
}

/** Files to exclude from Git. */
export const IGNORE: NewFile = {
  path: ".gitignore",
  mode: 0o644,
  text: "# Tokens\n/letts.yaml\n/dugdale.yaml\n# Missions and files of the dugdale\n/data/\n",
};

/** Both configurations with the same tokens, and a first mission. */
export function initFiles({ folder, port, token }: InitFacts): readonly NewFile[] {
  const [dispatch, admin] = [token(), token()];
  const dugdale = `# The dugdale that "letts dugdale" runs. Every key: letts dugdale --print-example
listen: 127.0.0.1:${port}
data_dir: ${JSON.stringify(`${folder}/data`)}
auth:
  tokens: [${dispatch}]
admin:
  tokens: [${admin}]
# Variables of the dugdale that missions see: their first lines find programs by the PATH.
mission_env:
  inherit: [PATH]
log:
  format: text
`;
  const letts =
    `# Which dugdales there are, and what "letts apply" makes of them. Every key: letts init --examples
auth:
  token: ${dispatch}
  admin_token: ${admin}
routes:
  default: { host: local, lane: default }
dugdales:
  - id: local
    host: 127.0.0.1
    port: ${port}
    mission_dir: ${JSON.stringify(`${folder}/missions`)}
    runtime:
      # The first line of an executable file says what runs it, else the ending of its name.
      mission_path_template: "{mission}"
      command_template: [/bin/sh, ${
      JSON.stringify(`${folder}/run_mission.sh`)
    }, "{mission_path}", "{mission}"]
    lanes:
      default: { concurrency: 4 }
`;
  const hello = `#!/bin/sh
# A mission reads its input from standard input and speaks on descriptor 3, one JSON object a line.
# By hand there is neither: it reports on stderr then.
if [ -n "\${LETTS_MISSION_ID:-}" ]; then input=$(cat); else input={}; exec 3>&2; fi
echo "input is $input"
for value in 0.25 0.50 0.75 1.00; do
  echo "{\\"event\\":\\"progress\\",\\"value\\":$value,\\"message\\":\\"greeting\\"}" >&3
  sleep 0.2
done
echo '{"event":"success","return":{"hello":"world"}}' >&3
`;
  return [
    { path: "dugdale.yaml", mode: 0o600, text: dugdale },
    { path: "letts.yaml", mode: 0o600, text: letts },
    { path: "run_mission.sh", mode: 0o755, text: `#!/bin/sh\n${missionStarter("deno")}` },
    { path: "missions/hello.sh", mode: 0o755, text: hello },
  ];
}
