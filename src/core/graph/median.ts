/** Median of finite values as numpy takes it: the mean of the two middle ones if their number is even; NaN of none. */
export function median(values: Float32Array): number {
  const n = values.length;
  if (n === 0) return NaN;
  const work = values.slice();
  const upper = nthSmallest(work, n >> 1);
  if (n % 2 === 1) return upper;
  // everything before n/2 is now no larger: its greatest is the lower middle
  let lower = -Infinity;
  for (let i = 0; i < n >> 1; i++) if (work[i] > lower) lower = work[i];
  return (lower + upper) / 2;
}

/**
 * Value at place `rank` of the ascending order; reorders `values` so that no value before `rank` is larger.
 * Source: Hoare 1961 (quickselect), middle of three as pivot.
 */
export function nthSmallest(values: Float32Array, rank: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const a = values[low];
    const b = values[(low + high) >> 1];
    const c = values[high];
    const pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const v = values[i];
      values[i++] = values[j];
      values[j--] = v;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return values[rank];
}
