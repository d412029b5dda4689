/** out[r, :] = x[index[r], :]; -1 gives a zero row. */
export function gatherRows(from: i32, to: i32, channels: i32, index: usize, x: usize, out: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let r = from; r < to; r++) {
    const row = load<i32>(index + (<usize>r << 2));
    const at = out + <usize>r * rowBytes;
    if (row < 0) memory.fill(at, 0, rowBytes);
    else memory.copy(at, x + <usize>row * rowBytes, rowBytes);
  }
}
