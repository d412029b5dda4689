import { LabError } from "../errors";

/**
 * Places in `cells` in ascending order of one coordinate (0 = x, 1 = y), equal ones in the order of `from`, by default
 * that of `cells`: sorting by y and then from there by x gives the order by (x, y). Radix sort, three passes of 11 bits.
 *
 * @throws LabError("range") if a coordinate is not finite
 */
export function orderByCoordinate(
  positions: Float32Array,
  cells: Uint32Array,
  axis: 0 | 1,
  from: Uint32Array = Uint32Array.from({ length: cells.length }, (_, i) => i),
): Uint32Array {
  const n = cells.length;
  const values = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    const v = positions[2 * cells[i] + axis];
    if (!Number.isFinite(v))
      throw new LabError(
        "range",
        `Cell ${cells[i]} has no finite position (${v}).`,
        "Remove cells without coordinates before building a graph.",
      );
    values[i] = v + 0; // -0 becomes 0, so that equal coordinates have equal bits
  }
  const keys = new Uint32Array(values.buffer);
  // float bits as integers in the same order: flip all bits of negatives, the sign bit of the others
  for (let i = 0; i < n; i++) keys[i] ^= keys[i] >>> 31 ? 0xffffffff : 0x80000000;

  let order = from.slice();
  let other = new Uint32Array(n);
  const count = new Uint32Array(2049);
  for (let shift = 0; shift < 33; shift += 11) {
    count.fill(0);
    for (let i = 0; i < n; i++) count[((keys[i] >>> shift) & 2047) + 1]++;
    for (let b = 0; b < 2048; b++) count[b + 1] += count[b];
    for (let i = 0; i < n; i++) {
      const j = order[i];
      other[count[(keys[j] >>> shift) & 2047]++] = j;
    }
    [order, other] = [other, order];
  }
  return order;
}
