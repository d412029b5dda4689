// Before the end-to-end tests: the corpus of bad files as a bundle for Node, because h5wasm and apache-arrow come in
// forms that only bundlers read.
import { ensureNodeBundle } from "../scripts/install.mjs";

export default function setup() {
  ensureNodeBundle("src/core/io/testing/corpus.ts", "corpus");
}
