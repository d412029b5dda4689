// Before the end-to-end tests: what makes files to drop as bundles for Node, because h5wasm and apache-arrow come in forms
// that only bundlers read.
import { ensureNodeBundle } from "../scripts/install.mjs";

export default function setup() {
  ensureNodeBundle("src/core/io/testing/corpus.ts", "corpus");
  ensureNodeBundle("src/core/simulate/testing/simulated-file.ts", "simulated-file");
}
