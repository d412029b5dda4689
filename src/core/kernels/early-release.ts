import * as tf from "@tensorflow/tfjs-core";

/** What tfjs writes down of an operation, for its gradient. */
interface TapeNode {
  readonly saved?: readonly tf.Tensor[] | null;
  gradient?: ((dys: (tf.Tensor | null)[]) => Record<string, () => tf.Tensor>) | null;
}

/**
 * To be called at the end of a function that is differentiated: its backward pass then frees an operation's gradient, and what
 * the operation kept for it, as soon as the operation before it is reached. tfjs frees them all when the last gradient is done,
 * so that a pass through five layers of attention held the gradients of all five.
 *
 * The tape is walked backwards, and what comes out of an operation goes into later ones alone: once an operation's gradient is
 * taken nobody asks for its output's again. Changes no number. Gradients that were asked for by the caller are inputs of
 * operations, not outputs, and stay; so does what a gradient hands on as it is.
 */
export function releaseEarly(): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: TapeNode[] | null } };
  let last: { readonly own: readonly (tf.Tensor | null)[]; readonly handedOn: Set<tf.Tensor> } | null = null;
  const release = (): void => {
    for (const tensor of last?.own ?? []) if (tensor && !last?.handedOn.has(tensor)) tensor.dispose();
  };
  for (const node of state.activeTape ?? []) {
    const { gradient, saved } = node;
    if (!gradient) continue;
    node.gradient = (dys) => {
      release();
      const handedOn = new Set<tf.Tensor>();
      last = { own: [...dys, ...(saved ?? [])], handedOn };
      return Object.fromEntries(
        Object.entries(gradient(dys)).map(([input, compute]) => {
          const recorded = (): tf.Tensor => {
            const dx = compute();
            handedOn.add(dx);
            return dx;
          };
          return [input, recorded];
        }),
      );
    };
  }
}
