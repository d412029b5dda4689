import { drawLibrary, type Simulation } from "./simulation";

/** Largest count that is kept; a count above it is cut to it. */
export const LARGEST_COUNT = 65_535;

/** Counts of a run of cells in compressed sparse rows; genes ascend inside a row. */
export interface DrawnCounts {
  readonly indptr: Uint32Array; // (nCells + 1,)
  readonly indices: Uint16Array; // (nnz,)
  readonly data: Uint16Array; // (nnz,)
}

/**
 * Negative-binomial counts of the cells [from, to); only what is not zero is ever drawn, so the cost follows the number of
 * entries, not of genes. Each cell has a stream of chance of its own: any cut into chunks gives the same counts.
 *
 * A bucket of genes with similar means is crossed in geometric steps for its bound q >= P(count > 0), and a gene that
 * is stepped on is kept with probability P / q: the exact law, gene by gene, and independent between genes.
 */
export function drawCounts(simulation: Simulation, from: number, to: number): DrawnCounts {
  const { settings, cells, type, programs, profiles } = simulation;
  const { nGenes, dispersion: r, dropout } = settings;
  const kept = 1 - dropout;
  const indptr = new Uint32Array(to - from + 1);
  let indices = new Uint16Array(Math.max(1024, (to - from) * Math.min(64, nGenes)));
  let data = new Uint16Array(indices.length);
  const row = createRow(nGenes);
  let nnz = 0;

  for (let cell = from; cell < to; cell++) {
    const { library, rng } = drawLibrary(simulation, cell);
    const { genes, share, bucketStart, bucketBound } = profiles(type[cell], cells.domain[cell]);
    const section = cells.section[cell] * nGenes;
    const offAxis = cells.axis[cell] - 0.5;

    for (let b = 0; b < bucketBound.length; b++) {
      const q = Math.min(1, library * bucketBound[b]); // P(count > 0) is never above the mean
      const end = bucketStart[b + 1];
      const logMiss = q < 0.4 ? 1 / Math.log1p(-q) : 0; // above that, stepping costs more than it saves
      for (let j = bucketStart[b]; j < end; j++) {
        if (logMiss !== 0) {
          j += Math.floor(Math.log(1 - rng()) * logMiss);
          if (j >= end) break;
        }
        const g = genes[j];
        const slope = programs.slope[g];
        const gradient = slope === 0 ? 1 : Math.exp(slope * offAxis);
        const mean = library * share[j] * gradient * programs.bySection[section + g];
        const zero = chanceOfZero(mean, r);
        // one draw decides whether the gene is seen and, if so, is uniform again above P(count = 0)
        const u = (rng() * (logMiss === 0 ? 1 : q)) / kept;
        if (u < 1 - zero) row.set(g, countAt(zero + u, mean, r, zero));
      }
    }
    if (nnz + nGenes > indices.length) {
      indices = grown(indices, nnz + nGenes);
      data = grown(data, nnz + nGenes);
    }
    nnz = row.flush(indices, data, nnz);
    indptr[cell - from + 1] = nnz;
  }
  return { indptr, indices: indices.slice(0, nnz), data: data.slice(0, nnz) };
}

/** P(count = 0) = (1 + mean / r)^-r; by multiplication where r is a small whole number, the usual case and the hot one. */
function chanceOfZero(mean: number, r: number): number {
  const x = 1 + mean / r;
  if (r > 8 || r !== Math.floor(r)) return Math.exp(-r * Math.log(x));
  let power = x;
  for (let i = 1; i < r; i++) power *= x;
  return 1 / power;
}

/** Smallest count whose cumulative probability exceeds `u`, for u >= P(0) = `zero`: inversion, P(k+1) from P(k). */
function countAt(u: number, mean: number, r: number, zero: number): number {
  const ratio = mean / (mean + r);
  let p = zero * r * ratio;
  let cumulative = zero + p;
  let k = 1;
  // past the mean a vanishing term can no longer lift the sum to u: rounding, not the law, would decide
  while (u >= cumulative && k < LARGEST_COUNT && (p > 1e-17 || k < mean)) {
    p *= ((k + r) / (k + 1)) * ratio;
    cumulative += p;
    k++;
  }
  return k;
}

/** Counts of one cell in any order, read out by ascending gene: a bit per gene says which are set. */
function createRow(nGenes: number) {
  const counts = new Uint16Array(nGenes);
  const bits = new Uint32Array((nGenes + 31) >>> 5);
  return {
    set(gene: number, count: number): void {
      counts[gene] = count;
      bits[gene >>> 5] |= 1 << (gene & 31);
    },
    /** Writes the row at `at`, empties it, returns where it ends. */
    flush(indices: Uint16Array, data: Uint16Array, at: number): number {
      let n = at;
      for (let word = 0; word < bits.length; word++) {
        let left = bits[word];
        while (left !== 0) {
          const low = 31 - Math.clz32(left & -left);
          left &= left - 1;
          indices[n] = 32 * word + low;
          data[n++] = counts[32 * word + low];
        }
        bits[word] = 0;
      }
      return n;
    },
  };
}

function grown(old: Uint16Array, needed: number): Uint16Array<ArrayBuffer> {
  const room = new Uint16Array(Math.max(needed, Math.ceil(1.5 * old.length)));
  room.set(old);
  return room;
}
