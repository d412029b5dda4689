import * as tf from "@tensorflow/tfjs-core";
import type { Backend } from "../backend/backend";
import type { DeviceCsr } from "../kernels/device-csr";

/** How one cell weighs the cells it hears, layer by layer. */
export interface AttentionRecord {
  readonly cell: number;
  readonly neighbours: Uint32Array; // (n,), the cell itself included
  readonly heads: number;
  /** Per layer: α, shape (n, heads), row-major; each head sums to 1 over the neighbours. */
  readonly layers: readonly Float32Array[];
}

/**
 * Reads one row of every layer's attention; the rest never leaves the device. Rows are called cells here, until
 * `RowOrder` tells which cells they are.
 *
 * @param encoded  runs the encoder and gives what computes each layer's attention, (nnz, heads)
 */
export async function attentionOfRow(
  backend: Backend,
  graph: DeviceCsr,
  encoded: () => readonly (() => tf.Tensor2D)[],
  row: number,
): Promise<AttentionRecord> {
  const bounds = await readAndFree(tf.tidy(() => tf.slice1d(graph.indptr, row, 2)));
  const [from, size] = [bounds[0], bounds[1] - bounds[0]];
  const neighbours = Uint32Array.from(await readAndFree(tf.tidy(() => tf.slice1d(graph.indices, from, size))));
  const alphas = tf.tidy(() =>
    encoded().map((attention) => tf.tidy(() => tf.slice2d(attention(), [from, 0], [size, -1]))),
  );
  const heads = alphas[0].shape[1];
  const layers: Float32Array[] = [];
  for (const alpha of alphas) layers.push(await backend.read(alpha).finally(() => alpha.dispose()));
  return { cell: row, neighbours, heads, layers };
}

async function readAndFree(tensor: tf.Tensor): Promise<ArrayLike<number>> {
  return tensor.data().finally(() => tensor.dispose());
}
