/** out[r, :] = x[index[r], :]; an index of -1 gives a zero row. */
export function gatherRowsReference(x: ArrayLike<number>, index: ArrayLike<number>, nChannels: number): Float32Array {
  const out = new Float32Array(index.length * nChannels);
  for (let r = 0; r < index.length; r++) {
    if (index[r] < 0) continue;
    for (let c = 0; c < nChannels; c++) out[r * nChannels + c] = x[index[r] * nChannels + c];
  }
  return out;
}

/** sums[index[r], :] += x[r, :] in place; -1 is left out. */
export function addRowsReference(
  sums: Float32Array,
  x: ArrayLike<number>,
  index: ArrayLike<number>,
  nChannels: number,
): void {
  for (let r = 0; r < index.length; r++) {
    if (index[r] < 0) continue;
    for (let c = 0; c < nChannels; c++) sums[index[r] * nChannels + c] += x[r * nChannels + c];
  }
}
