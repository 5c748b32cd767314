let last = 0n;

/** A new UUIDv7. Those of one process ascend, so that their order is the order of their making. */
export function newId(): string {
  const first = BigInt(Date.now()) << 74n;
  const random = crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n;
  last = first > last ? first | random : last + 1n;
  const high = last >> 74n, middle = (last >> 62n) & 0xfffn, low = last & 0x3fff_ffff_ffff_ffffn;
  const hex = high.toString(16).padStart(12, "0") + "7" + middle.toString(16).padStart(3, "0") +
    (low | 0x8000_0000_0000_0000n).toString(16);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
