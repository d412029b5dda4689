/**
 * Renumbers clusters so that 0 is the largest; of equal ones the one whose first member comes first.
 *
 * @param codes  cluster of each cell, shape (n,), any numbers from 0 up
 */
export function orderBySize(codes: Int32Array): { codes: Int32Array; nClusters: number } {
  const sizes: number[] = [];
  const rankOf = new Map<number, number>(); // by first appearance
  const firstSeen = Int32Array.from(codes, (c) => {
    let rank = rankOf.get(c);
    if (rank === undefined) {
      rank = sizes.push(0) - 1;
      rankOf.set(c, rank);
    }
    sizes[rank]++;
    return rank;
  });
  const bySize = sizes.map((_, c) => c).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const place = new Int32Array(sizes.length);
  bySize.forEach((c, i) => {
    place[c] = i;
  });
  return { codes: firstSeen.map((c) => place[c]), nClusters: sizes.length };
}
