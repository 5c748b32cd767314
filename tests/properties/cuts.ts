import fc from "fast-check";

/** Cuts bytes into chunks at any places; chunks may be empty. */
export function cuts(bytes: Uint8Array<ArrayBuffer>): fc.Arbitrary<Uint8Array<ArrayBuffer>[]> {
  return fc.array(fc.nat(bytes.length), { maxLength: 12 }).map((places) => {
    const edges = [0, ...places.toSorted((a, b) => a - b), bytes.length];
    return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
  });
}
