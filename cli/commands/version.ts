/** `letts version`. @module */
import { VERSION } from "../../dugdale/version.ts";
import type { Call } from "../call.ts";
import type { Io } from "../output/io.ts";

/** Prints name and version. */
export async function writeVersion(io: Io): Promise<void> {
  await io.stdout.write(`letts ${VERSION.version}\n`);
}

/** Prints name and version. */
export async function version(call: Call<unknown>): Promise<void> {
  await writeVersion(call.io);
}
