type Numbers = ArrayLike<number>;

/** A graph with the features of both ends of its edges; row i listens to its columns j. */
export interface Gatv2Graph {
  readonly nRows: number;
  readonly heads: number;
  readonly channels: number;
  readonly indptr: Numbers;
  readonly indices: Numbers;
  readonly h: Numbers; // (nCols, heads * channels), of the cell that is heard
  readonly g: Numbers; // (nRows, heads * channels), of the cell that listens
  readonly a: Numbers; // (heads * channels,)
  readonly negativeSlope: number;
}

/** Calls `visit` for every edge e = (i, j) and head. */
function forEdges(
  { nRows, heads, indptr, indices }: Gatv2Graph,
  visit: (edge: { e: number; i: number; j: number; head: number; element: number }) => void,
): void {
  for (let i = 0; i < nRows; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++)
      for (let head = 0; head < heads; head++) visit({ e, i, j: indices[e], head, element: e * heads + head });
}

/** h_j + g_i in channel c, and the slope of the LeakyReLU there. */
function sumAndSlope({ heads, channels, h, g, negativeSlope }: Gatv2Graph, i: number, j: number, c: number) {
  const v = h[j * heads * channels + c] + g[i * heads * channels + c];
  return { v, slope: v > 0 ? 1 : negativeSlope };
}

/** score[e, head] = a . LeakyReLU(h_j + g_i) over the channels of the head. */
export function scoresReference(graph: Gatv2Graph): Float64Array {
  const { nRows, heads, channels, indptr, a } = graph;
  const scores = new Float64Array(indptr[nRows] * heads);
  forEdges(graph, ({ i, j, head, element }) => {
    for (let c = head * channels; c < (head + 1) * channels; c++) {
      const { v, slope } = sumAndSlope(graph, i, j, c);
      scores[element] += a[c] * slope * v;
    }
  });
  return scores;
}

/** lse[i, head] = log sum over the row of exp(score); 0 for an empty row. */
export function logSumExpReference(graph: Gatv2Graph): Float32Array {
  const scores = scoresReference(graph);
  const top = new Float64Array(graph.nRows * graph.heads).fill(Number.NEGATIVE_INFINITY);
  const sum = new Float64Array(top.length);
  forEdges(graph, ({ i, head, element }) => {
    const k = i * graph.heads + head;
    top[k] = Math.max(top[k], scores[element]);
  });
  forEdges(graph, ({ i, head, element }) => {
    const k = i * graph.heads + head;
    sum[k] += Math.exp(scores[element] - top[k]);
  });
  return Float32Array.from(sum, (s, k) => (s > 0 ? top[k] + Math.log(s) : 0));
}

/** alpha[e, head] = exp(score - lse): the softmax over the row of e. */
export function attentionReference(graph: Gatv2Graph, lse: Numbers): Float32Array {
  const alpha = Float32Array.from(scoresReference(graph));
  const scores = scoresReference(graph);
  forEdges(graph, ({ i, head, element }) => {
    alpha[element] = Math.exp(scores[element] - lse[i * graph.heads + head]);
  });
  return alpha;
}

/** y[i, c] = sum over the row of alpha[e, head of c] * h[j, c]. */
export function aggregateReference(graph: Gatv2Graph, alpha: Numbers): Float32Array {
  const { nRows, heads, channels, h } = graph;
  const width = heads * channels;
  const y = new Float64Array(nRows * width);
  forEdges(graph, ({ i, j, head, element }) => {
    for (let c = head * channels; c < (head + 1) * channels; c++) y[i * width + c] += alpha[element] * h[j * width + c];
  });
  return Float32Array.from(y);
}

/** What multiplies attention element (edge, head) after the softmax. */
export type Factor = (element: number) => number;

/** ds = alpha * (dalpha - sum over the row of alpha * dalpha), dalpha = factor * <dy[i], h[j]> per head. */
export function scoreGradientReference(graph: Gatv2Graph, alpha: Numbers, dy: Numbers, factor: Factor): Float32Array {
  const { nRows, heads, channels, h } = graph;
  const width = heads * channels;
  const dalpha = new Float64Array(alpha.length);
  const mean = new Float64Array(nRows * heads);
  forEdges(graph, ({ i, j, head, element }) => {
    for (let c = head * channels; c < (head + 1) * channels; c++)
      dalpha[element] += dy[i * width + c] * h[j * width + c];
    dalpha[element] *= factor(element);
    mean[i * heads + head] += alpha[element] * dalpha[element];
  });
  const ds = new Float32Array(alpha.length);
  forEdges(graph, ({ i, head, element }) => {
    ds[element] = alpha[element] * (dalpha[element] - mean[i * heads + head]);
  });
  return ds;
}

/**
 * dg[i, c] = a[c] * sum over the row of ds * slope; da[block, c] = sum over a block's edges of ds * LeakyReLU.
 *
 * A row's ds sum to zero, so dg is taken as a[c] * (1 - negativeSlope) * the sum of ds over the neighbours above the
 * kink, and is zero where all are above or none: there the sum would be rounding noise, which Adam blows up to full steps.
 */
export function targetGradientReference(
  graph: Gatv2Graph,
  ds: Numbers,
  blockRows: number,
): { dg: Float32Array; partial: Float32Array } {
  const { nRows, heads, channels, indptr, a, negativeSlope } = graph;
  const width = heads * channels;
  const dg = new Float64Array(nRows * width);
  const above = new Uint32Array(nRows * width);
  const partial = new Float64Array(Math.ceil(nRows / blockRows) * width);
  forEdges(graph, ({ i, j, head, element }) => {
    for (let c = head * channels; c < (head + 1) * channels; c++) {
      const { v, slope } = sumAndSlope(graph, i, j, c);
      if (v > 0) {
        dg[i * width + c] += ds[element] * a[c] * (1 - negativeSlope);
        above[i * width + c]++;
      }
      partial[Math.floor(i / blockRows) * width + c] += ds[element] * slope * v;
    }
  });
  const settled = (k: number): boolean => {
    const i = Math.floor(k / width);
    return above[k] === indptr[i + 1] - indptr[i];
  };
  return { dg: Float32Array.from(dg, (v, k) => (settled(k) ? 0 : v)), partial: Float32Array.from(partial) };
}

/**
 * dh[j, c] = sum over the edges that leave j of factor * alpha * dy[i, c] + ds * a[c] * slope. Takes the transposed
 * structure: its rows are the cells j that are heard, its entry t is the graph's entry order[t].
 */
export function sourceGradientReference(
  transposed: Gatv2Graph,
  { order, alpha, ds, dy }: { order: Numbers; alpha: Numbers; ds: Numbers; dy: Numbers },
  factor: Factor,
): Float32Array {
  const { nRows, heads, channels, a } = transposed;
  const width = heads * channels;
  const dh = new Float64Array(nRows * width);
  forEdges(transposed, ({ e: t, i: j, j: i, head }) => {
    const element = order[t] * heads + head;
    for (let c = head * channels; c < (head + 1) * channels; c++) {
      const { slope } = sumAndSlope(transposed, i, j, c);
      dh[j * width + c] += factor(element) * alpha[element] * dy[i * width + c] + ds[element] * a[c] * slope;
    }
  });
  return Float32Array.from(dh);
}
