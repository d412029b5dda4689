type Corpus = typeof import("../../src/core/io/testing/corpus");

/** The corpus of bad files, as the global setup bundled it. */
export async function loadCorpus(): Promise<Corpus> {
  const bundle = new URL("../../dist/node/corpus.mjs", import.meta.url);
  return (await import(bundle.href)) as Corpus;
}
