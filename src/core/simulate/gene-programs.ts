import { createRng, normal } from "../random";
import type { SimulateSettings } from "./options";
import type { TissuePlan } from "./tissue-plan";

/** How every gene behaves; expected counts follow from it (see `mean-profile.ts`). */
export interface GenePrograms {
  /** "Excitatory_02", "Exc-a_01", "L4_01", "depth_01", "Common_007": what drives the gene, and a number. */
  readonly names: readonly string[];
  /** Share of a cell's counts by cell type, shape (nTypes, nGenes), rows sum to 1. */
  readonly byType: Float32Array;
  /** Factor by domain, shape (nDomains, nGenes), 1 for most genes. */
  readonly byDomain: Float32Array;
  /** The counts are multiplied by exp(slope · (axis - ½)); shape (nGenes,), 0 for most genes. */
  readonly slope: Float32Array;
  /** Factor by section, shape (nSections, nGenes). */
  readonly bySection: Float32Array;
}

/** Genes of each kind out of a hundred; the rest is common to all cells. */
const KINDS = { class: 12, type: 32, domain: 10, axis: 8 };

const CLASS_FOLD = 7;
const TYPE_FOLD = 9;
/** Markers of a type are also raised in the other types of its class: types of one class resemble each other. */
const SISTER_FOLD = 2.5;
/** Small on purpose: it takes the mean of several cells to see a domain. */
const DOMAIN_FOLD = 2.4;
const STEEPEST_SLOPE = 2.4;

/** Draws the genes of a simulation. Kinds are dealt out evenly, so that a short gene list has some of each. */
export function createGenePrograms(plan: TissuePlan, settings: SimulateSettings): GenePrograms {
  const { nGenes, nSections, batchEffect, seed } = settings;
  const rng = createRng(seed ^ 0x67656e65);
  const classes = [...new Set(plan.types.map((type) => type.class))];
  const nTypes = plan.types.length;
  const nDomains = plan.domains.length;
  const names: string[] = [];
  const byType = new Float32Array(nTypes * nGenes);
  const byDomain = new Float32Array(nDomains * nGenes).fill(1);
  const slope = new Float32Array(nGenes);

  const numbered = new Map<string, number>();
  const name = (driver: string): void => {
    const number = (numbered.get(driver) ?? 0) + 1;
    numbered.set(driver, number);
    names.push(`${driver}_${String(number).padStart(driver === "Common" ? 3 : 2, "0")}`);
  };
  const kinds = dealKinds(nGenes);
  const dealt = { class: 0, type: 0, domain: 0, axis: 0, common: 0 };
  for (let g = 0; g < nGenes; g++) {
    const kind = kinds[g];
    const turn = dealt[kind]++;
    const base = Math.exp(0.9 * normal(rng));
    for (let t = 0; t < nTypes; t++) byType[t * nGenes + g] = base;
    const raise = (fold: (t: number) => number): void => {
      for (let t = 0; t < nTypes; t++) byType[t * nGenes + g] *= fold(t);
    };
    if (kind === "class") {
      const marked = classes[turn % classes.length];
      name(marked);
      raise((t) => (plan.types[t].class === marked ? CLASS_FOLD : 1));
    } else if (kind === "type") {
      const marked = plan.types[turn % nTypes];
      name(marked.name);
      raise((t) => (plan.types[t] === marked ? TYPE_FOLD : plan.types[t].class === marked.class ? SISTER_FOLD : 1));
    } else if (kind === "domain") {
      const marked = turn % nDomains;
      name(plan.domains[marked].name);
      byDomain[marked * nGenes + g] = DOMAIN_FOLD;
    } else if (kind === "axis") {
      name(plan.axisName);
      slope[g] = (turn % 2 === 0 ? 1 : -1) * STEEPEST_SLOPE * (0.4 + 0.6 * rng());
    } else name("Common");
  }
  for (let t = 0; t < nTypes; t++) normalizeRow(byType.subarray(t * nGenes, (t + 1) * nGenes));

  const bySection = new Float32Array(nSections * nGenes).fill(1);
  if (nSections > 1)
    for (let i = 0; i < bySection.length; i++)
      // mean 1: sections differ in their genes, not in how much was read of them
      bySection[i] = Math.exp(batchEffect * normal(rng) - batchEffect ** 2 / 2);
  return { names, byType, byDomain, slope, bySection };
}

type Kind = keyof typeof KINDS | "common";

/** Kinds spread evenly over the genes: at each gene the kind that lags most behind its share. */
function dealKinds(nGenes: number): Kind[] {
  const rest = 100 - Object.values(KINDS).reduce((sum, share) => sum + share, 0);
  const shares = Object.entries({ ...KINDS, common: rest }) as [Kind, number][];
  const given = new Map(shares.map(([kind]) => [kind, 0]));
  return Array.from({ length: nGenes }, (_, g) => {
    const lag = ([kind, share]: [Kind, number]): number => ((g + 1) * share) / 100 - given.get(kind)!;
    const [next] = shares.reduce((most, kind) => (lag(kind) > lag(most) ? kind : most));
    given.set(next, given.get(next)! + 1);
    return next;
  });
}

function normalizeRow(row: Float32Array): void {
  const sum = row.reduce((total, value) => total + value, 0);
  for (let g = 0; g < row.length; g++) row[g] /= sum;
}
