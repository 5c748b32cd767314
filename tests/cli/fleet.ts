/** Real dugdales with a letts.yaml for them. @module */
import { dugdaleConfig, type DugdaleSettings, openDugdale } from "../../dugdale/mod.ts";
import { FaultProxy } from "../client/fault_proxy.ts";
import { baseEnv, cli, type CliOptions, cliWords, type Finished } from "./cli_process.ts";

/** The missions of every dugdale, as shell scripts. */
const SCRIPTS: Readonly<Record<string, string>> = {
  hello: `echo out; printf err >&2; echo '{"event":"progress","value":0.5,"message":"half"}' >&3; ` +
    `echo '{"event":"progress","message":"no value"}' >&3; ` +
    `echo '{"event":"success","return":{"b":9007199254740993,"a":"<x>"}}' >&3`,
  silent: `exit 0`,
  echo: `printf '{"event":"success","return":' >&3; cat >&3; echo '}' >&3`,
  copy: `cp "$LETTS_IN_text" "$LETTS_WORKDIR/out/copy"; echo '{"event":"output_file","key":"copy"}' >&3`,
  fails: `echo '{"event":"fail","message":"no such video"}' >&3; exit 3`,
  reason: `echo '{"event":"fail","reason":"quota","message":"full"}' >&3; exit 3`,
  shot: `kill -9 $$`,
  forever: `echo started; exec sleep 600`,
};

/** Dugdales named `s1`, `s2`, …, and a folder with their letts.yaml. */
export interface Fleet extends AsyncDisposable {
  readonly folder: string;
  readonly urls: readonly string[];
  /** Runs the CLI in the folder. */
  cli(args: readonly string[], options?: CliOptions): Promise<Finished>;
  /** The command line of such a call, for a shell. */
  line(args: readonly string[]): string;
  /** Runs a command line of a shell in the folder. */
  shell(line: string): Promise<Finished>;
}

/** Opens so many dugdales and applies their configuration. */
export async function openFleet(
  hosts = 1,
  { limits, audit, hooks }: Pick<DugdaleSettings, "limits" | "audit" | "hooks"> = {},
): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "letts-cli-test-" });
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.mkdir(`${folder}/missions`);
  for (const [name, script] of Object.entries(SCRIPTS)) {
    await Deno.writeTextFile(`${folder}/missions/${name}.sh`, `${script}\n`);
  }
  const urls: string[] = [];
  for (let index = 1; index <= hosts; index++) {
    const config = dugdaleConfig({
      listen: "127.0.0.1:0",
      dataDir: `${folder}/data${index}`,
      auth: { tokens: ["d-token"] },
      admin: { tokens: ["a-token"] },
      exec: { enabled: true, tokens: ["e-token"], allowShell: true },
      limits,
      audit,
      hooks,
    });
    urls.push(stack.use(await openDugdale({ config })).url);
  }
  await Deno.writeTextFile(`${folder}/letts.yaml`, lettsYaml(urls, folder), { mode: 0o600 });
  const applied = await cli(["apply", "-q", "-f", "letts.yaml"], { cwd: folder });
  if (applied.code !== 0) throw new Error(`apply failed: ${applied.stderr}`);
  const open = stack.move();
  return {
    folder,
    urls,
    cli: (args, options) => cli(args, { cwd: folder, ...options }),
    line: (args) => cliWords(args).map((word) => `'${word}'`).join(" "),
    shell: async (line) => {
      const { code, stdout, stderr } = await new Deno.Command("sh", {
        args: ["-c", line],
        cwd: folder,
        clearEnv: true,
        env: baseEnv(),
        stdin: "null",
      }).output();
      const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      return { code, stdout: decode(stdout), stderr: decode(stderr) };
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** A letts.yaml for dugdales at these addresses. */
export function lettsYaml(urls: readonly string[], folder: string): string {
  const dugdales = urls.map((url, index) =>
    `  - { id: s${index + 1}, url: "${url}", extends: base, labels: [all, l${index + 1}] }`
  );
  return `auth: { token: d-token, admin_token: a-token, exec_token: e-token }
aliases: { web: s1, again: s1 }
routes: { normal: { host: s1, lane: normal } }
templates:
  base:
    mission_dir: ${folder}/missions
    runtime: { mission_path_template: "{mission}.sh", command_template: [sh, "{mission_path}"] }
    lanes: { normal: { concurrency: 4 }, paused: { concurrency: 1, paused: true } }
dugdales:
${dugdales.join("\n")}
`;
}

const LATE_MS = 150;

/** Hands every request on to a dugdale, late. */
export function slowly(url: string, port = 0): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    await new Promise((resolve) => setTimeout(resolve, LATE_MS));
    const { pathname, search } = new URL(request.url);
    return await fetch(`${url}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      body: request.body === null ? null : await request.text(),
    });
  });
}

/** A proxy that breaks answers, in the letts.yaml of a fleet. */
export interface LossyProxy extends AsyncDisposable {
  /** How many answers it has broken. */
  readonly broken: number;
}

/** Puts a proxy between the CLI and `s1` that breaks so many answers with standard output after so many bytes. */
export function lossy(
  { folder, urls: [url = ""] }: Fleet,
  { breaks, afterBytes }: { readonly breaks: number; readonly afterBytes: number },
): LossyProxy {
  let broken = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, onError: () => new Response() },
    async (request) => {
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${url}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        body: request.body === null ? null : await request.text(),
      });
      if (!search.includes("stream=stdout") || broken >= breaks || answer.body === null) return answer;
      let left = afterBytes;
      return new Response(
        answer.body.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) {
              controller.enqueue(chunk.subarray(0, left));
              left -= chunk.length;
              if (left > 0) return;
              broken++;
              controller.error(new Error("broken on purpose"));
            },
          }),
        ),
        answer,
      );
    },
  );
  const path = `${folder}/letts.yaml`;
  Deno.writeTextFileSync(
    path,
    Deno.readTextFileSync(path).replace(url, `http://127.0.0.1:${server.addr.port}`),
  );
  return {
    get broken() {
      return broken;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Puts a proxy that can be held between the CLI and `s1`, in the letts.yaml of the fleet. */
export async function heldFleet({ folder, urls: [url = ""] }: Fleet): Promise<FaultProxy> {
  const proxy = await FaultProxy.open(Number(new URL(url).port));
  const path = `${folder}/letts.yaml`;
  const yaml = await Deno.readTextFile(path);
  await Deno.writeTextFile(path, yaml.replace(url, `http://127.0.0.1:${proxy.port}`));
  return proxy;
}
