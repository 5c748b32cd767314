/** Error reporting: tells trackers of errors about what went wrong in a mission. @module */
import type { Host } from "./host.ts";
import { printLine } from "./stderr.ts";
import { traceOf } from "./thrown.ts";

/** Maximum duration of one report. */
const REPORT_MS = 2000;

/** What a reporter learns beside the error. */
export interface ReportContext<Services = unknown> {
  /** Id of the mission. */
  readonly missionId: string;
  /** The lane that it runs in. */
  readonly lane: string;
  /** Which run of the mission it is, from 1. */
  readonly attempt: number;
  /** Whether no other run follows this one, however it ends. */
  readonly lastAttempt: boolean;
  /** The named state that the mission was in. Undefined when it had named none. */
  readonly state: string | undefined;
  /** What the mission added with `m.report.add()`. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What `provide` of the mission has made. */
  readonly services: Services;
}

/**
 * Tells something outside about errors, such as a tracker. Each call may take 2 s; what it throws is printed on stderr and
 * changes nothing about the mission.
 */
export interface Reporter<Services = unknown> {
  /** Called once with what ended the mission, and with each error that `m.warn()` was given. */
  readonly reportError?: (error: unknown, context: ReportContext<Services>) => unknown;
  /** Called with each text that `m.warn()` was given. */
  readonly reportMessage?: (text: string, context: ReportContext<Services>) => unknown;
}

/** Data that reporters get beside an error. Each mission has its own: `m.report`. */
export class Report {
  #data: Readonly<Record<string, unknown>> = {};

  /** Adds members, which replace those of the same names. */
  add(data: Readonly<Record<string, unknown>>): void {
    this.#data = { ...this.#data, ...data };
  }

  /** Everything added so far. */
  get data(): Readonly<Record<string, unknown>> {
    return this.#data;
  }
}

/** Passes errors to all reporters of a mission. */
export class Reports<Services> {
  readonly #host: Host;
  readonly #reporters: readonly Reporter<Services>[];
  readonly #open = new Set<Promise<void>>();

  constructor(host: Host, reporters: readonly Reporter<Services>[]) {
    this.#host = host;
    this.#reporters = reporters;
  }

  /** Reports an error, or a text, without waiting for the reporters. */
  tell(problem: unknown, context: ReportContext<Services>): void {
    for (const reporter of this.#reporters) {
      const report = this.#call(() =>
        typeof problem === "string"
          ? reporter.reportMessage?.(problem, context)
          : reporter.reportError?.(problem, context)
      );
      this.#open.add(report);
      report.finally(() => this.#open.delete(report));
    }
  }

  /** Resolves when every report has ended, or has taken too long. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async #call(report: () => unknown): Promise<void> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(new Error(`no end within ${REPORT_MS} ms`)), REPORT_MS);
    try {
      await Promise.race([report(), late]);
    } catch (error) {
      printLine(this.#host, `letts mission: a reporter failed: ${traceOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}
