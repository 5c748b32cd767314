/** `letts dugdale`. @module */
import { dugdaleMain } from "../../dugdale/main.ts";
import type { Call } from "../call.ts";
import { SilentExit } from "../errors.ts";

/** Runs a dugdale until it is told to stop. */
export async function dugdale(call: Call<unknown>): Promise<void> {
  const status = await dugdaleMain(call.args);
  if (status !== 0) throw new SilentExit(status);
}
