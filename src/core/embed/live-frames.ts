import { type EmbeddingFrame, embeddingColors } from "./embedding-colors";

/** Frames of one embedding while it learns; each is turned onto the one before. */
export interface LiveFrames {
  /** @param x  the newest embedding, shape (n, d), row-major */
  next(x: Float32Array, size: { n: number; d: number }): EmbeddingFrame;
}

/** Starts a sequence of frames; start another for another run. */
export function createLiveFrames(): LiveFrames {
  let previous: EmbeddingFrame | null = null;
  return {
    next(x, { n, d }) {
      previous = embeddingColors(x, { n, d, previous });
      return previous;
    },
  };
}
