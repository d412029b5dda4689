import { fullRings, type NeighbourRings, nearestWithin, tieShare } from "./rings";
import type { GraphRecipe } from "./spatial-graph";

/** What the warnings are drawn from, beside the sampled neighbour distances. */
export interface GraphFacts {
  readonly nodes: number;
  readonly isolated: number;
  readonly components: number;
  readonly sections: number;
  readonly medianDegree: number;
  /** Cells that share their place with another cell they are linked to. */
  readonly twins: number;
  /** Sections with no more than k cells, whose cells are all linked (kNN only). */
  readonly smallSections: number;
}

/** One sentence each on what the person should know before training. */
export function graphWarnings(recipe: GraphRecipe, facts: GraphFacts, rings: NeighbourRings): string[] {
  return [
    recipe.kind === "knn" ? tieWarning(recipe.k, rings) : null,
    recipe.kind === "radius" ? ringWarning(recipe.radiusMicrons, rings) : null,
    isolatedWarning(recipe, facts, rings),
    smallSectionWarning(recipe, facts),
    crowdWarning(recipe, facts),
    componentWarning(facts),
    twinWarning(facts),
  ].filter((warning) => warning !== null);
}

function tieWarning(k: number, rings: NeighbourRings): string | null {
  const share = tieShare(rings, k);
  if (share < 0.5) return null;
  const good = fullRings(rings).slice(0, 2);
  const lattice = good[0] === 4 ? "a square lattice" : good[0] === 6 ? "a hexagonal lattice" : "a lattice";
  const advice = good.length > 0 ? `choose k = ${good.join(" or ")}, or a radius` : "choose a radius";
  return (
    `k = ${k} ties on ${lattice}: neighbours ${k} and ${k + 1} are equally far for ${percent(share)} of the cells, ` +
    `so the cell number decides; ${advice}.`
  );
}

/** Half a percent around the radius must hold a neighbour of nearly every cell: chance gives four in ten at most. */
function ringWarning(radius: number, { nSampled, width, distances }: NeighbourRings): string | null {
  let hit = 0;
  for (let row = 0; row < distances.length; row += width) {
    const onRing = distances.subarray(row, row + width).some((d) => Math.abs(d - radius) <= 0.005 * radius);
    if (onRing) hit++;
  }
  if (nSampled === 0 || hit < 0.9 * nSampled) return null;
  return `The radius of ${micrometres(radius)} runs along a ring of neighbours of the lattice, so rounding decides who is in; choose one between two rings.`;
}

function isolatedWarning(recipe: GraphRecipe, facts: GraphFacts, rings: NeighbourRings): string | null {
  const share = facts.isolated / facts.nodes;
  if (recipe.kind === "knn" || share < 0.05) return null;
  const reach = roundUp(nearestWithin(rings, 0.99));
  const what = recipe.kind === "radius" ? "within the radius" : "within the longest edge";
  return `${count(facts.isolated)} of ${count(facts.nodes)} cells (${percent(share)}) have no neighbour ${what}; ${micrometres(reach)} would reach 99 %.`;
}

function smallSectionWarning(recipe: GraphRecipe, { smallSections }: GraphFacts): string | null {
  if (recipe.kind !== "knn" || smallSections === 0) return null;
  const sections = smallSections === 1 ? "One section has" : `${count(smallSections)} sections have`;
  return `${sections} ${recipe.k} cells or fewer: there each cell is linked with all others.`;
}

function crowdWarning(recipe: GraphRecipe, { medianDegree }: GraphFacts): string | null {
  if (recipe.kind !== "radius" || medianDegree <= 100) return null;
  return `The median cell has ${count(medianDegree)} neighbours within ${micrometres(recipe.radiusMicrons)}: is the unit of the coordinates right?`;
}

function componentWarning({ components, isolated, sections }: GraphFacts): string | null {
  const pieces = components - isolated;
  if (pieces <= sections) return null;
  const where = sections === 1 ? "one section" : `${count(sections)} sections`;
  return `The graph of ${where} falls into ${count(pieces)} connected pieces: nothing passes from one to another.`;
}

function twinWarning({ twins }: GraphFacts): string | null {
  if (twins === 0) return null;
  return `${count(twins)} cells share their place with another cell: were cells recorded twice, or coordinates rounded?`;
}

const count = (n: number): string => n.toLocaleString("en");
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const micrometres = (length: number): string => `${Number(length.toPrecision(3))} µm`;

/** Up to two significant digits. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}
