import { deriveRng, hash32, shuffle } from "../random";

/** Where in an epoch over sections a batch lies. */
export interface SectionBatch {
  /** Number of the section in the collection. */
  readonly section: number;
  /** The batch within the section. */
  readonly batch: number;
}

/** In which order an epoch goes through its sections; it follows from the seed and the epoch alone. */
export interface SectionOrder {
  /** Over all sections. */
  readonly nBatches: number;
  /** The sections of an epoch, each once. */
  sections(epoch: number): readonly number[];
  at(epoch: number, batch: number): SectionBatch;
  /** The section that is needed after the one of that batch; of the next epoch after the last. */
  after(epoch: number, batch: number): number;
}

const ORDER_SALT = 0x73656374;

/**
 * @param sections  numbers of the sections to train on
 * @param batches   batches that each of them has, in the same order
 */
export function sectionOrder(sections: readonly number[], batches: readonly number[], seed: number): SectionOrder {
  const nOf = new Map(sections.map((section, at) => [section, batches[at]]));
  let kept: { readonly epoch: number; readonly order: readonly number[] } | null = null;
  const orderOf = (epoch: number): readonly number[] => {
    if (kept?.epoch !== epoch)
      kept = { epoch, order: shuffle([...sections], deriveRng(hash32(seed ^ ORDER_SALT), epoch)) };
    return kept.order;
  };
  const find = (epoch: number, batch: number) => {
    let before = 0;
    for (const [at, section] of orderOf(epoch).entries()) {
      const n = nOf.get(section) as number;
      if (batch < before + n) return { at, section, batch: batch - before };
      before += n;
    }
    throw new RangeError(`batch ${batch} of ${before}`);
  };
  return {
    nBatches: batches.reduce((a, b) => a + b, 0),
    sections: orderOf,
    at(epoch, batch) {
      const { section, batch: own } = find(epoch, batch);
      return { section, batch: own };
    },
    after(epoch, batch) {
      const { at } = find(epoch, batch);
      return orderOf(epoch)[at + 1] ?? orderOf(epoch + 1)[0];
    },
  };
}
