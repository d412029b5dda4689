import type { ViewRecipe } from "../../core/graph/view";
import { formatCount } from "../format/numbers";

/** What a step trains on, in one sentence. */
export function viewWords(view: ViewRecipe, layers: number): string {
  switch (view.kind) {
    case "full":
      return "Each step trains on the whole graph.";
    case "ego": {
      const hops = Math.min(view.hops, layers);
      const reach = hops === 1 ? "all neighbours" : `all cells within ${hops} hops`;
      const sees = view.hops < layers ? "; deeper layers see no further" : "";
      return `Each step trains on ${cells(view.batchSize)}, drawn at random, with ${reach}${sees}.`;
    }
    case "sample": {
      // the last number stands for the hops that have none
      const each = Array.from({ length: layers }, (_, h) => view.fanOuts[Math.min(h, view.fanOuts.length - 1)]);
      const words = each.length === 1 ? `${each[0]} neighbours` : `${each.join(", then ")} neighbours`;
      return `Each step trains on ${cells(view.batchSize)}, drawn at random, with at most ${words} of each.`;
    }
    default:
      return view satisfies never;
  }
}

const cells = (n: number): string => (n === 1 ? "one cell" : `${formatCount(n)} cells`);

/** One to eight whole numbers from 1 to 10,000, separated by commas or spaces; null for anything else. */
export function readFanOuts(text: string): number[] | null {
  const numbers = text
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  const valid = numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 10_000);
  return valid && numbers.length >= 1 && numbers.length <= 8 ? numbers : null;
}
