/** Garbage collection on demand, for tests of what it must take, and of what it must leave. @module */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Lets V8 collect garbage now. */
export const collectGarbage: () => void = runInNewContext("gc");
