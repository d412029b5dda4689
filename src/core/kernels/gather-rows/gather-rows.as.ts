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

/** out[index[r], :] += x[r, :], for index[r] >= 0; none twice, so that rows may be added by several threads. */
export function addRows(from: i32, to: i32, channels: i32, index: usize, x: usize, out: usize): void {
  const rowBytes = <usize>channels << 2;
  for (let r = from; r < to; r++) {
    const row = load<i32>(index + (<usize>r << 2));
    if (row < 0) continue;
    const source = x + <usize>r * rowBytes;
    const at = out + <usize>row * rowBytes;
    let c: usize = 0;
    for (; c + 16 <= rowBytes; c += 16) v128.store(at + c, f32x4.add(v128.load(at + c), v128.load(source + c)));
    for (; c < rowBytes; c += 4) store<f32>(at + c, load<f32>(at + c) + load<f32>(source + c));
  }
}
