const SMALLEST = 16;

/**
 * The next of four sizes an octave (16, 20, 24, 28, 32, 40, …), at most a quarter above n.
 *
 * Batches differ by a few cells; tensors of these sizes differ seldom, so that the buffers of one batch serve the next.
 * tfjs keeps freed GPU buffers by their exact size and never gives one back.
 */
export function paddedSize(n: number): number {
  if (n <= SMALLEST) return SMALLEST;
  const step = 2 ** (Math.floor(Math.log2(n)) - 2);
  return step * Math.ceil(n / step);
}
