/** The most probable class of each cell, the first of equals, shape (nObs,); probabilities of shape (nObs, nClasses). */
export function mostProbable(
  { probabilities }: { readonly probabilities: Float32Array },
  nClasses: number,
): Int32Array {
  return Int32Array.from({ length: probabilities.length / nClasses }, (_, i) => {
    let best = 0;
    for (let k = 1; k < nClasses; k++)
      if (probabilities[i * nClasses + k] > probabilities[i * nClasses + best]) best = k;
    return best;
  });
}
