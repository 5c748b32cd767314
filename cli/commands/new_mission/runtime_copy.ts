/**
 * The runtime that is copied to a folder of missions, so that they run without a network.
 *
 * @module
 */

/** Two modules. */
export interface RuntimeCopy {
  /** JavaScript without imports of other files. */
  readonly code: string;
  /** The declarations of it. */
  readonly types: string;
}

/** The build fills it in; a checkout has nothing to copy, as the runtime is there as files. */
export const RUNTIME_COPY: RuntimeCopy = { code: "none", types: "none" };

/** The runtime of a checkout. */
export function runtimeOfCheckout(): string {
  return new URL("../../../mission/mod.ts", import.meta.url).href;
}
