/**
 * What a test changes for the whole process. Test files that run at a time share one process: files that use this are
 * in this folder, which runs by itself.
 *
 * @module
 */

/** Sets an environment variable until released. */
export function setting(name: string, value: string): Disposable {
  const before = Deno.env.get(name);
  Deno.env.set(name, value);
  return {
    [Symbol.dispose]: () => before === undefined ? Deno.env.delete(name) : Deno.env.set(name, before),
  };
}
