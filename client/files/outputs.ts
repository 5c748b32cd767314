/**
 * The output files of an ended mission.
 *
 * @module
 */
import type { OutputFile } from "../../protocol/mission.ts";
import type { ByteSource } from "./byte_stream.ts";
import type { Connection } from "../http/connection.ts";
import { outputPath, verified } from "./download.ts";
import { makeFolder, saveTo } from "./save.ts";
import { ArgumentError } from "../errors.ts";
import { reconnecting, type StreamPolicy } from "../run/reconnect_budget.ts";
import { ANY } from "../http/scopes.ts";

/** The mission that an output belongs to. */
export interface OutputOwner {
  readonly missionId: string;
  readonly outputs: Readonly<Record<string, OutputFile>>;
}

/**
 * Opens one output file. Reading errors instead of ending if the content differs from the announced size or digest.
 *
 * @throws {ArgumentError} When the mission has no such output.
 */
export async function openOutput(
  connection: Connection,
  { missionId, outputs }: OutputOwner,
  role: string,
  signal?: AbortSignal,
): Promise<ByteSource> {
  const output = Object.hasOwn(outputs, role) ? outputs[role] : undefined;
  if (output === undefined) {
    const roles = Object.keys(outputs).join(", ") || "none";
    throw new ArgumentError(`mission ${missionId} has no output ${JSON.stringify(role)}; it has ${roles}`);
  }
  const facts = { host: connection.host, missionId };
  const call = { path: { id: output.staging_id }, scopes: ANY, missionId, signal };
  const { source } = await connection.open("getStaging", call);
  return verified(source, output, facts);
}

/** Saves all output files into a folder, each under its role. Outputs without a staging id are skipped. */
export async function saveOutputs(
  from: { readonly connection: Connection; readonly policy: StreamPolicy },
  owner: OutputOwner,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const facts = { host: from.connection.host, missionId: owner.missionId };
  const kept = Object.entries(owner.outputs).filter(([, output]) => output.staging_id !== "");
  // All roles are checked before the first file is written.
  const paths = kept.map(([role]) => ({ role, path: outputPath(folder, role, facts) }));
  if (paths.length > 0) await makeFolder(folder);
  for (const { role, path } of paths) await saveOutput(from, owner, { role, path }, signal);
}

/** Saves one output file; starts over after a temporary connection failure. */
export async function saveOutput(
  from: { readonly connection: Connection; readonly policy: StreamPolicy },
  owner: OutputOwner,
  { role, path }: { readonly role: string; readonly path: string },
  signal?: AbortSignal,
): Promise<void> {
  await reconnecting(
    from,
    { missionId: owner.missionId, signal },
    async () => saveTo(path, await openOutput(from.connection, owner, role, signal)),
  );
}
