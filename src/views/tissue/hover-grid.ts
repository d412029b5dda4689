/** Points sorted into square cells, to find the one under the pointer without asking the GPU. */
export interface HoverGrid {
  /** The point nearest to (x, y) within `radius`, null if there is none. */
  nearest(x: number, y: number, radius: number): number | null;
}

/**
 * @param positions  shape (n, 2); kept by reference, must not change afterwards
 * Cost: O(n) time and memory; a query looks at the squares that the radius touches.
 */
export function buildHoverGrid(positions: Float32Array): HoverGrid {
  const n = positions.length / 2;
  if (n === 0) return { nearest: () => null };
  let minX = positions[0];
  let maxX = minX;
  let minY = positions[1];
  let maxY = minY;
  for (let i = 1; i < n; i++) {
    minX = Math.min(minX, positions[2 * i]);
    maxX = Math.max(maxX, positions[2 * i]);
    minY = Math.min(minY, positions[2 * i + 1]);
    maxY = Math.max(maxY, positions[2 * i + 1]);
  }
  // about two points a square; a line of points must not ask for endless squares
  const side = Math.max(Math.sqrt((2 * (maxX - minX) * (maxY - minY)) / n), (maxX - minX + maxY - minY) / n, 1e-9);
  const columns = Math.floor((maxX - minX) / side) + 1;
  const rows = Math.floor((maxY - minY) / side) + 1;

  const start = new Uint32Array(columns * rows + 1);
  const square = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const column = Math.floor((positions[2 * i] - minX) / side);
    const row = Math.floor((positions[2 * i + 1] - minY) / side);
    square[i] = row * columns + column;
    start[square[i] + 1]++;
  }
  for (let s = 0; s < columns * rows; s++) start[s + 1] += start[s];
  const next = start.slice(0, columns * rows);
  const points = new Uint32Array(n);
  for (let i = 0; i < n; i++) points[next[square[i]]++] = i;

  const clampTo = (value: number, last: number): number => Math.min(last, Math.max(0, Math.floor(value)));
  return {
    nearest(x, y, radius) {
      if (x < minX - radius || x > maxX + radius || y < minY - radius || y > maxY + radius) return null;
      const fromColumn = clampTo((x - radius - minX) / side, columns - 1);
      const toColumn = clampTo((x + radius - minX) / side, columns - 1);
      const fromRow = clampTo((y - radius - minY) / side, rows - 1);
      const toRow = clampTo((y + radius - minY) / side, rows - 1);
      let best: number | null = null;
      let bestSquared = radius * radius;
      for (let row = fromRow; row <= toRow; row++) {
        for (let e = start[row * columns + fromColumn]; e < start[row * columns + toColumn + 1]; e++) {
          const dx = positions[2 * points[e]] - x;
          const dy = positions[2 * points[e] + 1] - y;
          const squared = dx * dx + dy * dy;
          if (squared <= bestSquared) {
            best = points[e];
            bestSquared = squared;
          }
        }
      }
      return best;
    },
  };
}
