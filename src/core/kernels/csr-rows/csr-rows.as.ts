/**
 * Rows of a CSR, and the transpose of what they make; see reference.ts. A call is not divided: each row begins where the
 * one before ends, so one thread walks them all. Without `from` (0) where entries went is not told.
 */
export function csrRows(
  fromCall: i32, toCall: i32, nOut: i32, nRows: i32, nCols: i32, own: i32, indptr: usize, indices: usize, data: usize,
  backIndptr: usize, backIndices: usize, backData: usize, from: usize, index: usize, inverse: usize, outIndptr: usize,
  outIndices: usize, outData: usize, outBackIndptr: usize, outBackIndices: usize, outBackData: usize, outFrom: usize,
): void {
  if (fromCall == toCall) return;
  const stride = own ? 2 : 1;
  let at: usize = 0; // bytes written of the rows
  let row = outIndptr;
  for (let p = 0; p < nOut; p++) {
    const i = <usize>load<u32>(index + (<usize>p << 2)) << 2;
    const first = <usize>load<u32>(indptr + i) << 2, last = <usize>load<u32>(indptr + i, 4) << 2;
    store<u32>(row, <u32>(at >> 2));
    row += 4;
    for (let e = first; e < last; e += 4, at += 4) {
      store<u32>(outIndices + at, load<u32>(indices + e));
      store<f32>(outData + at, load<f32>(data + e));
    }
    if (own) {
      store<u32>(row, <u32>(at >> 2));
      row += 4;
      if (i >= <usize>nCols << 2) continue;
      store<u32>(outIndices + at, <u32>(i >> 2));
      store<f32>(outData + at, 1);
      at += 4;
    }
  }
  store<u32>(row, <u32>(at >> 2));

  at = 0;
  for (let j = 0; j < nCols; j++) {
    const column = <usize>j << 2;
    store<u32>(outBackIndptr + column, <u32>(at >> 2));
    const last = <usize>load<u32>(backIndptr + column, 4) << 2;
    // every entry is written and only those of chosen rows are stepped over: half of the cells are, at random, and a branch
    // would be guessed wrong for every other entry
    for (let e = <usize>load<u32>(backIndptr + column) << 2; e < last; e += 4) {
      const i = <usize>load<u32>(backIndices + e) << 2;
      const found = load<i32>(inverse + i);
      const place = max<i32>(found, 0);
      store<u32>(outBackIndices + at, stride * place);
      store<f32>(outBackData + at, load<f32>(backData + e));
      if (from) {
        const begins = load<u32>(outIndptr + (<usize>(stride * place) << 2));
        store<u32>(outFrom + at, begins + load<u32>(from + e) - load<u32>(indptr + i));
      }
      at += <usize>(found >= 0) << 2;
    }
    const place = own && j < nRows ? load<i32>(inverse + column) : -1;
    if (place >= 0) {
      store<u32>(outBackIndices + at, 2 * place + 1);
      store<f32>(outBackData + at, 1);
      if (from) store<u32>(outFrom + at, load<u32>(outIndptr + (<usize>(2 * place + 1) << 2)));
      at += 4;
    }
  }
  store<u32>(outBackIndptr + (<usize>nCols << 2), <u32>(at >> 2));
}
