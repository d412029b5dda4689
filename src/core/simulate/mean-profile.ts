import type { GenePrograms } from "./gene-programs";
import type { SimulateSettings } from "./options";
import type { TissuePlan } from "./tissue-plan";

/**
 * Expected share of counts per gene for one cell type in one domain, before what differs from cell to cell (axis, section,
 * library size), with genes put into buckets of similar expectation so that a cell can skip over genes it has not read.
 */
export interface MeanProfile {
  readonly genes: Uint32Array; // (nGenes,), bucket by bucket
  readonly share: Float64Array; // (nGenes,), in the same order
  readonly bucketStart: Uint32Array; // (nBuckets + 1,)
  /** No gene of the bucket can be expected to have more than this share in any cell. */
  readonly bucketBound: Float64Array;
}

/** Profiles by (type, domain), each made when first asked for. */
export type MeanProfiles = (type: number, domain: number) => MeanProfile;

export function createMeanProfiles(
  plan: TissuePlan,
  { byType, byDomain, slope, bySection }: GenePrograms,
  { nGenes, nSections, ambient }: SimulateSettings,
  /** Share of each cell type in the tissue, (nTypes,): the soup is made of all of them. */
  typeShares: Float64Array,
): MeanProfiles {
  const soup = new Float64Array(nGenes);
  for (let t = 0; t < plan.types.length; t++)
    for (let g = 0; g < nGenes; g++) soup[g] += typeShares[t] * byType[t * nGenes + g];

  // how far axis and section can lift a gene above its share
  const lift = new Float64Array(nGenes);
  for (let g = 0; g < nGenes; g++) {
    let most = 0;
    for (let s = 0; s < nSections; s++) most = Math.max(most, bySection[s * nGenes + g]);
    lift[g] = most * Math.exp(Math.abs(slope[g]) / 2);
  }

  const made = new Map<number, MeanProfile>();
  return (type, domain) => {
    const key = type * plan.domains.length + domain;
    let profile = made.get(key);
    if (profile === undefined) {
      const share = new Float64Array(nGenes);
      for (let g = 0; g < nGenes; g++)
        share[g] = (1 - ambient) * byType[type * nGenes + g] * byDomain[domain * nGenes + g] + ambient * soup[g];
      profile = inBuckets(share, lift);
      made.set(key, profile);
    }
    return profile;
  };
}

/** Genes ordered by the power of two below their greatest share, largest first. */
function inBuckets(share: Float64Array, lift: Float64Array): MeanProfile {
  const bound = share.map((value, g) => value * lift[g]);
  const power = Int32Array.from(bound, (value) => Math.floor(Math.log2(value)));
  const genes = Uint32Array.from(power.keys()).sort((a, b) => power[b] - power[a] || a - b);

  const bucketStart = [0];
  const bucketBound: number[] = [];
  for (let at = 0; at < genes.length; at++) {
    if (at > 0 && power[genes[at]] !== power[genes[at - 1]]) bucketStart.push(at);
    const bucket = bucketStart.length - 1;
    bucketBound[bucket] = Math.max(bucketBound[bucket] ?? 0, bound[genes[at]]);
  }
  bucketStart.push(genes.length);
  return {
    genes,
    share: Float64Array.from(genes, (g) => share[g]),
    bucketStart: Uint32Array.from(bucketStart),
    bucketBound: Float64Array.from(bucketBound),
  };
}
