import { createHash } from "node:crypto";
import type { DugdaleSettings } from "../../../config/dugdale/config.ts";
import { dugdaleConfig } from "../../../config/dugdale/read.ts";
import type { MissionId, StagingId } from "../../../protocol/names.ts";
import { ROUTES } from "../../../protocol/routes.ts";
import { Clock, systemClock } from "../../../dugdale/host/clock.ts";
import type { Disk } from "../../../dugdale/host/disk.ts";
import { DataDir } from "../../../dugdale/host/data_dir.ts";
import { Ids } from "../../../protocol/ids.ts";
import { silentLog } from "../../../dugdale/host/log.ts";
import { Slots } from "../../../dugdale/host/slots.ts";
import { Audit } from "../../../dugdale/http/audit.ts";
import { App } from "../../../dugdale/http/app.ts";
import { stagingHandlers } from "../../../dugdale/http/staging.ts";
import { DiskUsage } from "../../../dugdale/staging/disk_usage.ts";
import type { MissionsOfFiles } from "../../../dugdale/staging/parts.ts";
import { Staging } from "../../../dugdale/staging/staging.ts";
import { Store } from "../../../dugdale/store/store.ts";
import { newMission } from "../store/samples.ts";

const { putStaging, headStaging, getStaging, deleteStaging, listStaging, stagingByContent } = ROUTES;
const STAGING_ROUTES = { putStaging, headStaging, getStaging, deleteStaging, listStaging, stagingByContent };

/** A clock whose wall time a test moves. */
export class TestClock extends Clock {
  aheadMs = 0;

  wallMs(): number {
    return systemClock.wallMs() + this.aheadMs;
  }

  steadyMs(): number {
    return systemClock.steadyMs();
  }

  after(ms: number, action: () => void): Disposable {
    return systemClock.after(ms, action);
  }
}

/** What a test wants to be different. */
export interface AreaOptions extends Omit<DugdaleSettings, "listen" | "dataDir"> {
  readonly missions?: Partial<MissionsOfFiles>;
  /** Default: the machine's. */
  readonly disk?: Disk;
}

/** A staging area with real files, a real database, and a server in front of its handlers. */
export class Area implements AsyncDisposable {
  readonly clock: TestClock = new TestClock();
  readonly ids: Ids = new Ids(() => this.clock.wallMs());
  readonly slots: Slots = new Slots(8);
  readonly dataDir: DataDir;
  readonly store: Store;
  readonly usage: DiskUsage;
  readonly staging: Staging;
  draining = false;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor({ missions, disk, ...settings }: AreaOptions = {}) {
    const root = Deno.makeTempDirSync();
    this.dataDir = new DataDir(root, disk);
    this.dataDir.make();
    this.store = new Store(this.dataDir.database, -2000);
    const config = dugdaleConfig({ listen: ":0", dataDir: root, ...settings });
    this.usage = new DiskUsage(this.dataDir, config.limits, this.slots);
    this.staging = new Staging({
      store: this.store,
      dataDir: this.dataDir,
      clock: this.clock,
      log: silentLog,
      config,
      slots: this.slots,
      usage: this.usage,
      draining: () => this.draining,
      damaged: () => false,
      missions: {
        killForDelete: () => Promise.resolve(),
        write: (change) => this.store.write(change),
        hide: (id) => this.store.missions.markDeleting(id) !== undefined,
        ...missions,
      },
      onFsyncFailure: () => {},
    });
    const handlers = stagingHandlers(
      this.staging,
      new Audit({ store: this.store, clock: this.clock, log: silentLog, config }),
    );
    const app = new App({
      routes: STAGING_ROUTES,
      handlers,
      admit: () => ({ scope: "admin", address: "127.0.0.1:1", ip: "127.0.0.1" }),
      limits: config.limits,
      clock: this.clock,
      log: silentLog,
      onEnd() {},
    });
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request, info) => app.answer(request, info),
    );
  }

  get port(): number {
    return this.#server.addr.port;
  }

  /** Sends a request to `/v1/staging/…`. */
  request(method: string, path: string, headers: HeadersInit = {}, body?: BodyInit): Promise<Response> {
    const url = `http://127.0.0.1:${this.port}/v1/staging${path}`;
    return fetch(url, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  /** Sends a request of which only status and headers matter, and reads its answer to the end. */
  async status(method: string, path: string): Promise<{ status: number; headers: Headers }> {
    const response = await this.request(method, path);
    await response.bytes();
    return { status: response.status, headers: response.headers };
  }

  /** Uploads bytes, by default as a whole under a new id. */
  async put(bytes: Uint8Array<ArrayBuffer>, options: PutOptions = {}): Promise<Answer> {
    const id = options.id ?? this.ids.staging();
    const headers = new Headers({ "X-Letts-Sha256": options.sha256 ?? sha256(bytes), ...options.headers });
    const range = options.range;
    if (range !== undefined) {
      headers.set("Content-Range", `bytes ${range[0]}-${range[1] - 1}/${bytes.length}`);
    }
    return answer(id, await this.request("PUT", `/${id}`, headers, range ? bytes.subarray(...range) : bytes));
  }

  /** Adds a queued mission that refers to files. */
  async mission(
    files: readonly { stagingId: StagingId; role: string }[],
    kind: "mission" | "exec" = "mission",
  ): Promise<{ id: number; missionId: MissionId }> {
    const missionId: MissionId = this.ids.mission();
    const id = await this.store.write(() => {
      for (const { stagingId } of files) this.store.staging.pin(stagingId);
      return this.store.missions.insert(
        newMission({
          missionId,
          kind,
          lane: "main",
          missionName: "test",
          createdMs: this.clock.wallMs(),
          files: files.map((file) => ({ ...file, kind: "input" as const })),
        }),
      );
    });
    return { id, missionId };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.staging[Symbol.asyncDispose]();
    await this.#server.shutdown();
    this.store[Symbol.dispose]();
    await Deno.remove(this.dataDir.root, { recursive: true });
  }
}

/** How an upload differs from the plain one. */
export interface PutOptions {
  readonly id?: StagingId;
  readonly sha256?: string;
  /** First byte and the one after the last. */
  readonly range?: readonly [number, number];
  readonly headers?: Record<string, string>;
}

/** What a JSON request got. */
export interface Answer {
  readonly id: StagingId;
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- the tests compare it with what they expect
  readonly body: any;
}

/** Reads a JSON answer whole. */
export async function answer(id: StagingId, response: Response): Promise<Answer> {
  const text = await response.text();
  return {
    id,
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

/** Lower-case hex digest. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Bytes that differ at every place where a mistake could hide. */
export function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff);
}
