import { readFileSync } from "node:fs";
import { ppid } from "node:process";

/** A limit on open files: soft and hard. */
export interface OpenFilesLimit {
  readonly soft: bigint;
  readonly hard: bigint;
}

/**
 * The limit on open files with which this process was started. The runtime raises it as far as possible; programs that
 * close every descriptor up to the limit, or use `select`, depend on the original one.
 *
 * @returns Undefined if it was not raised, or is unknown: the parent has no such limit, or there is no `/proc`.
 */
export function originalOpenFiles(): OpenFilesLimit | undefined {
  const own = limitOf("self"), parent = limitOf(ppid);
  if (own === undefined || parent === undefined) return undefined;
  return parent.hard === own.hard && parent.soft < own.soft ? parent : undefined;
}

function limitOf(pid: number | "self"): OpenFilesLimit | undefined {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, "latin1");
    const [, soft, hard] = /^Max open files +(\d+) +(\d+)/m.exec(limits) ?? [];
    return soft === undefined || hard === undefined ? undefined : { soft: BigInt(soft), hard: BigInt(hard) };
  } catch {
    return undefined; // no parent that is to be seen, or no `/proc`
  }
}
