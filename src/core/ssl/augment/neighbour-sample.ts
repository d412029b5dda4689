import { hash32 } from "../../random";
import type { Thinning } from "./thin-graph";

/**
 * At most `most` neighbours of every cell stay, uniform without replacement: those with the smallest hash of (seed, cell,
 * neighbour). A cell that hears another need not be heard by it.
 *
 * Source: Hamilton et al. 2017, arXiv:1706.02216. Differs: one draw serves all layers of a view.
 */
export function neighbourSample(most: number, seed: number): Thinning {
  const key = hash32(seed);
  return (cell, neighbours, keep) => {
    const present = Array.from(neighbours.keys()).filter((e) => keep[e] === 1);
    if (present.length <= most) return;
    const own = hash32(cell ^ key);
    const drawn = present.map((e) => ({ e, hash: hash32(own ^ neighbours[e]) }));
    drawn.sort((a, b) => a.hash - b.hash || a.e - b.e);
    for (const { e } of drawn.slice(most)) keep[e] = 0;
  };
}
