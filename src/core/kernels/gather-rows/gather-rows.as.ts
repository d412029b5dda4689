/** out[r, :] = x[index[r], :]; -1 gives a zero row. */
export function gatherRows(nOut: i32, channels: i32, index: usize, x: usize, out: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let r = 0; r < nOut; r++) {
    const from = load<i32>(index + (<usize>r << 2));
    const to = out + <usize>r * rowBytes;
    if (from < 0) memory.fill(to, 0, rowBytes);
    else memory.copy(to, x + <usize>from * rowBytes, rowBytes);
  }
}
