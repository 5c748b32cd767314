/** Other data in a dugdale's process, as an application that embeds it would have: 500 MB, half of it in buffers. */
const MB = 1024 * 1024;
const buffers = Array.from({ length: 250 }, () => new Uint8Array(MB).fill(120));
// An object with its string takes about 130 bytes.
const objects = Array.from(
  { length: 2_000_000 },
  (_, index) => ({ index, name: `customer number ${index}` }),
);
Object.assign(globalThis, { ballast: { buffers, objects } });
