/** What missions need and only one of has to be made for a process, such as a pool of connections. @module */

/** Makes the services of a mission. */
export type Provide<Services> = () => Services | Promise<Services>;

/** By the function that made them: a process that runs several missions makes them once. */
const made = new WeakMap<Provide<unknown>, Promise<unknown>>();

/** The services of this process. An attempt that failed is not remembered. */
export async function servicesOf<Services>(provide: Provide<Services>): Promise<Services> {
  let services = made.get(provide) as Promise<Services> | undefined;
  if (services === undefined) {
    services = (async () => await provide())();
    made.set(provide, services);
    services.catch(() => made.delete(provide));
  }
  return await services;
}
