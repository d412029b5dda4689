import { pca, project } from "../preprocess/pca";
import { type Task, throwIfCancelled } from "../task";
import type { KnnSize, NearestNeighbours } from "./knn";

/** Points per block: small enough that two blocks stay in cache, large enough that its box is worth testing. */
const blockSize = 48;

/** The search: points in block order, and the k nearest found so far for each. */
interface Search {
  readonly d: number;
  readonly k: number;
  readonly points: Float64Array; // (n, d); in double, which saves a conversion in every step
  readonly ids: Uint32Array; // (n,), index of each point in the input
  readonly best: Float64Array; // (n, k), squared distances, ascending
  readonly bestIds: Int32Array; // (n, k)
}

/**
 * Exact nearest neighbours by blocks. The points are turned onto their principal axes and cut into compact blocks;
 * two blocks are compared only if their boxes lie near enough, and a distance is summed from the widest axis on and
 * given up once it is too long. Ties in distance go to the lower index.
 */
export function exactKnn(x: Float32Array, { n, d, k }: KnnSize, task: Task): NearestNeighbours {
  const turned = principalAxes(x, n, d);
  const ids = compactOrder(turned, n, d);
  const points = new Float64Array(n * d);
  for (let p = 0; p < n; p++) for (let j = 0; j < d; j++) points[p * d + j] = turned[ids[p] * d + j];
  const best = new Float64Array(n * k).fill(Number.POSITIVE_INFINITY);
  const search = { d, k, points, ids, best, bestIds: new Int32Array(n * k).fill(-1) };

  const nBlocks = Math.ceil(n / blockSize);
  const endOf = (block: number): number => Math.min(n, (block + 1) * blockSize);
  const boxes = boundingBoxes(points, n, d, nBlocks);
  const reach = new Float64Array(nBlocks); // longest kth distance inside a block
  const compare = (a: number, b: number): void => {
    compareBlocks(search, a * blockSize, endOf(a), b * blockSize, endOf(b));
    reach[a] = longest(best, k, a * blockSize, endOf(a));
    if (a !== b) reach[b] = longest(best, k, b * blockSize, endOf(b));
  };

  // near blocks first: they shorten the reach, and most of the rest is then never looked at
  for (let a = 0; a < nBlocks; a++) compare(a, a);
  const gaps = new Float64Array(nBlocks);
  const todo: number[] = [];
  for (let a = 0; a < nBlocks; a++) {
    throwIfCancelled(task, "The neighbour search");
    task.progress(a, nBlocks, "searching nearest neighbours");
    todo.length = 0;
    for (let b = a + 1; b < nBlocks; b++) {
      gaps[b] = boxGap(boxes, a, b, d);
      if (gaps[b] <= Math.max(reach[a], reach[b])) todo.push(b);
    }
    todo.sort((s, t) => gaps[s] - gaps[t] || s - t);
    for (const b of todo) if (gaps[b] <= Math.max(reach[a], reach[b])) compare(a, b);
  }
  return inOriginalOrder(x, { n, d, k }, search);
}

/** Offers every point of one block to every point of the other, both ways. */
function compareBlocks(search: Search, startA: number, endA: number, startB: number, endB: number): void {
  const { d, k, points, best } = search;
  for (let p = startA; p < endA; p++) {
    const from = p * d;
    for (let q = startA === startB ? p + 1 : startB; q < endB; q++) {
      const worst = Math.max(best[p * k + k - 1], best[q * k + k - 1]);
      const to = q * d;
      let sum = 0;
      let j = 0;
      for (; j + 8 <= d; j += 8) {
        const d0 = points[from + j] - points[to + j];
        const d1 = points[from + j + 1] - points[to + j + 1];
        const d2 = points[from + j + 2] - points[to + j + 2];
        const d3 = points[from + j + 3] - points[to + j + 3];
        const d4 = points[from + j + 4] - points[to + j + 4];
        const d5 = points[from + j + 5] - points[to + j + 5];
        const d6 = points[from + j + 6] - points[to + j + 6];
        const d7 = points[from + j + 7] - points[to + j + 7];
        sum += d0 * d0 + d1 * d1 + (d2 * d2 + d3 * d3) + (d4 * d4 + d5 * d5 + (d6 * d6 + d7 * d7));
        if (sum > worst) break;
      }
      if (sum > worst) continue;
      for (; j < d; j++) {
        const diff = points[from + j] - points[to + j];
        sum += diff * diff;
      }
      if (sum <= best[p * k + k - 1]) offer(search, p, sum, q);
      if (sum <= best[q * k + k - 1]) offer(search, q, sum, p);
    }
  }
}

/** Keeps q among the nearest of p if it belongs there. */
function offer({ k, ids, best, bestIds }: Search, p: number, distance: number, q: number): void {
  const first = p * k;
  let at = first + k - 1;
  const id = ids[q];
  if (distance === best[at] && id > bestIds[at] && bestIds[at] >= 0) return;
  while (at > first && (best[at - 1] > distance || (best[at - 1] === distance && bestIds[at - 1] > id))) {
    best[at] = best[at - 1];
    bestIds[at] = bestIds[at - 1];
    at--;
  }
  best[at] = distance;
  bestIds[at] = id;
}

/** Coordinates on all principal axes: distances stay, and the first axes carry most of them. */
function principalAxes(x: Float32Array, n: number, d: number): Float32Array {
  if (d > 512 || d < 4) return x;
  return project(pca(x, { n, d, nComponents: d, fitRows: 20_000 }), x, n);
}

/** Order in which runs of `blockSize` points are compact: halves along the widest axis until a block is left. */
function compactOrder(x: Float32Array, n: number, d: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const split = (from: number, to: number): void => {
    const size = to - from;
    if (size <= blockSize) return;
    const axis = widestAxis(x, d, order, from, to);
    const half = order.slice(from, to).sort((a, b) => x[a * d + axis] - x[b * d + axis] || a - b);
    order.set(half, from);
    // cut on a block boundary, so that blocks never straddle two parts
    const middle = from + Math.ceil(size / blockSize / 2) * blockSize;
    split(from, middle);
    split(middle, to);
  };
  split(0, n);
  return order;
}

function widestAxis(x: Float32Array, d: number, order: Uint32Array, from: number, to: number): number {
  let widest = 0;
  let most = -1;
  for (let j = 0; j < Math.min(d, 16); j++) {
    let sum = 0;
    let squares = 0;
    for (let p = from; p < to; p++) {
      const v = x[order[p] * d + j];
      sum += v;
      squares += v * v;
    }
    const variance = squares - (sum * sum) / (to - from);
    if (variance > most) {
      most = variance;
      widest = j;
    }
  }
  return widest;
}

/** Lowest and highest coordinate of each block: low at 2 (block d + j), high beside it. */
function boundingBoxes(points: Float64Array, n: number, d: number, nBlocks: number): Float64Array {
  const boxes = new Float64Array(2 * nBlocks * d);
  for (let b = 0; b < nBlocks; b++)
    for (let j = 0; j < d; j++) {
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let p = b * blockSize; p < Math.min(n, (b + 1) * blockSize); p++) {
        low = Math.min(low, points[p * d + j]);
        high = Math.max(high, points[p * d + j]);
      }
      boxes[2 * (b * d + j)] = low;
      boxes[2 * (b * d + j) + 1] = high;
    }
  return boxes;
}

/** Squared distance between two boxes: no two of their points are closer. */
function boxGap(boxes: Float64Array, a: number, b: number, d: number): number {
  let sum = 0;
  for (let j = 0; j < d; j++) {
    const s = 2 * (a * d + j);
    const t = 2 * (b * d + j);
    const gap = Math.max(0, boxes[s] - boxes[t + 1], boxes[t] - boxes[s + 1]);
    sum += gap * gap;
  }
  return sum;
}

function longest(best: Float64Array, k: number, from: number, to: number): number {
  let most = 0;
  for (let p = from; p < to; p++) most = Math.max(most, best[p * k + k - 1]);
  return most;
}

/** Distances again, from the coordinates as given: turning them rounded the last digits. */
function inOriginalOrder(x: Float32Array, { n, d, k }: KnnSize, { ids, bestIds }: Search): NearestNeighbours {
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  for (let p = 0; p < n; p++) {
    const i = ids[p];
    const row = Array.from(bestIds.subarray(p * k, (p + 1) * k), (j) => {
      let sum = 0;
      for (let c = 0; c < d; c++) sum += (x[i * d + c] - x[j * d + c]) ** 2;
      return { j, distance: Math.sqrt(sum) };
    }).sort((a, b) => a.distance - b.distance || a.j - b.j);
    row.forEach(({ j, distance }, r) => {
      indices[i * k + r] = j;
      distances[i * k + r] = distance;
    });
  }
  return { n, k, indices, distances, exact: true };
}
