type Numbers = ArrayLike<number>;

/** A graph's structure with attention scores of its ends; row i listens to its columns j. */
export interface ScoredGraph {
  readonly nRows: number;
  readonly heads: number;
  readonly indptr: Numbers;
  readonly indices: Numbers;
  readonly source: Numbers; // (nCols, heads)
  readonly target: Numbers; // (nRows, heads)
  readonly negativeSlope: number;
}

const leakyRelu = (v: number, slope: number) => (v > 0 ? v : slope * v);

function score({ heads, source, target, negativeSlope }: ScoredGraph, i: number, j: number, head: number): number {
  return leakyRelu(source[j * heads + head] + target[i * heads + head], negativeSlope);
}

/** lse[i, head] = log sum over the row of exp(score); 0 for an empty row. */
export function logSumExpReference(graph: ScoredGraph): Float32Array {
  const { nRows, heads, indptr, indices } = graph;
  const lse = new Float32Array(nRows * heads);
  for (let i = 0; i < nRows; i++) {
    if (indptr[i] === indptr[i + 1]) continue;
    for (let head = 0; head < heads; head++) {
      let top = Number.NEGATIVE_INFINITY;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) top = Math.max(top, score(graph, i, indices[e], head));
      let sum = 0;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += Math.exp(score(graph, i, indices[e], head) - top);
      lse[i * heads + head] = top + Math.log(sum);
    }
  }
  return lse;
}

/** alpha[e, head] = exp(score - lse): the softmax over the row of e. */
export function attentionReference(graph: ScoredGraph, lse: Numbers): Float32Array {
  const { nRows, heads, indptr, indices } = graph;
  const alpha = new Float32Array(indptr[nRows] * heads);
  for (let i = 0; i < nRows; i++)
    for (let e = indptr[i]; e < indptr[i + 1]; e++)
      for (let head = 0; head < heads; head++)
        alpha[e * heads + head] = Math.exp(score(graph, i, indices[e], head) - lse[i * heads + head]);
  return alpha;
}

/** y[i, head] = sum over the row of alpha[e, head] * h[j, head]. */
export function aggregateReference(graph: ScoredGraph, alpha: Numbers, h: Numbers, channels: number): Float32Array {
  const { nRows, heads, indptr, indices } = graph;
  const width = heads * channels;
  const y = new Float32Array(nRows * width);
  for (let i = 0; i < nRows; i++)
    for (let c = 0; c < width; c++) {
      const head = Math.floor(c / channels);
      let sum = 0;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += alpha[e * heads + head] * h[indices[e] * width + c];
      y[i * width + c] = sum;
    }
  return y;
}

/**
 * dh[j, head] = sum over the edges that leave j of alpha[e, head] * dy[i, head]. Takes the transposed graph: its rows
 * are the sources j, its columns the targets i, which own the log-sum-exp. `factor` is dropout's, by its own entries.
 */
export function featureGradientReference(
  transposed: ScoredGraph,
  lse: Numbers,
  dy: Numbers,
  channels: number,
  factor: (entry: number, head: number) => number,
): Float32Array {
  const { nRows, heads, indptr, indices, source, target, negativeSlope } = transposed;
  const width = heads * channels;
  const dh = new Float32Array(nRows * width);
  for (let j = 0; j < nRows; j++)
    for (let c = 0; c < width; c++) {
      const head = Math.floor(c / channels);
      let sum = 0;
      for (let e = indptr[j]; e < indptr[j + 1]; e++) {
        const i = indices[e];
        const logit = leakyRelu(source[j * heads + head] + target[i * heads + head], negativeSlope);
        sum += factor(e, head) * Math.exp(logit - lse[i * heads + head]) * dy[i * width + c];
      }
      dh[j * width + c] = sum;
    }
  return dh;
}

/**
 * Gradient of the score before the LeakyReLU: alpha * (dalpha - sum over the row of alpha * dalpha) * slope, where
 * dalpha is that of alpha before dropout multiplied it by `factor`.
 */
export function edgeGradientReference(
  graph: ScoredGraph,
  alpha: Numbers,
  { h, dy, channels, factor }: { h: Numbers; dy: Numbers; channels: number; factor: (element: number) => number },
): Float32Array {
  const { nRows, heads, indptr, indices, source, target, negativeSlope } = graph;
  const width = heads * channels;
  const de = new Float32Array(indptr[nRows] * heads);
  for (let i = 0; i < nRows; i++)
    for (let head = 0; head < heads; head++) {
      const dalpha = (e: number): number => {
        let dot = 0;
        for (let c = head * channels; c < (head + 1) * channels; c++)
          dot += dy[i * width + c] * h[indices[e] * width + c];
        return dot * factor(e * heads + head);
      };
      let mean = 0;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) mean += alpha[e * heads + head] * dalpha(e);
      for (let e = indptr[i]; e < indptr[i + 1]; e++) {
        const slope = source[indices[e] * heads + head] + target[i * heads + head] > 0 ? 1 : negativeSlope;
        de[e * heads + head] = alpha[e * heads + head] * (dalpha(e) - mean) * slope;
      }
    }
  return de;
}

/** out[i, head] = sum over the row of values[order[e], head]; without an order, of values[e, head]. */
export function edgeSumReference(indptr: Numbers, values: Numbers, heads: number, order?: Numbers): Float32Array {
  const nRows = indptr.length - 1;
  const out = new Float32Array(nRows * heads);
  for (let i = 0; i < nRows; i++)
    for (let head = 0; head < heads; head++) {
      let sum = 0;
      for (let e = indptr[i]; e < indptr[i + 1]; e++) sum += values[(order ? order[e] : e) * heads + head];
      out[i * heads + head] = sum;
    }
  return out;
}
