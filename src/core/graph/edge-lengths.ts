/** Length of every edge, µm: computed in double precision from the positions, rounded once. Shape (nEdges,). */
export function edgeLengths(positions: Float32Array, indptr: Uint32Array, indices: Uint32Array): Float32Array {
  const lengths = new Float32Array(indices.length);
  for (let i = 0; i + 1 < indptr.length; i++) {
    const x = positions[2 * i];
    const y = positions[2 * i + 1];
    for (let e = indptr[i]; e < indptr[i + 1]; e++) {
      const dx = positions[2 * indices[e]] - x;
      const dy = positions[2 * indices[e] + 1] - y;
      lengths[e] = Math.sqrt(dx * dx + dy * dy);
    }
  }
  return lengths;
}
