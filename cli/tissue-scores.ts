import { evaluateTissue, type TissueScores } from "../src/core/cluster/evaluate-tissue";
import { buildGraph } from "../src/core/graph/build-graph";
import { cellsBySection } from "../src/core/graph/sections";
import type { EmbeddingTable } from "../src/core/io/run-tables";
import type { Task } from "../src/core/task";

/**
 * The scores of clusters that need no label, on the graph of each cell's 6 nearest, made mutual.
 * Null where a score is not defined, or the embedding came without positions.
 *
 * @param codes  a cell with a negative code counts nowhere
 */
export function tissueScores(
  { embedding, size, positions, section }: EmbeddingTable,
  codes: Int32Array,
  options: { readonly sampleSize: number; readonly seed: number },
  task: Task,
): Partial<Record<keyof TissueScores, number | null>> {
  const largest = cellsBySection(section.codes, codes.length).reduce((n, cells) => Math.max(n, cells.length), 0);
  if (Number.isNaN(positions[0]) || largest < 2) return {};
  const recipe = { kind: "knn", k: Math.min(6, largest - 1), symmetrize: "union" } as const;
  const { graph } = buildGraph(positions, section.codes, recipe, task);
  const tissue = { embedding, size, codes, positions, sections: section.codes, graph };
  const scores = Object.entries(evaluateTissue(tissue, options, task));
  return Object.fromEntries(scores.map(([name, v]) => [name, Number.isNaN(v) ? null : v]));
}
