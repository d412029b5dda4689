// Before the end-to-end tests: the command line and what makes files to drop, as bundles for Node, because h5wasm and
// apache-arrow come in forms that only bundlers read.
import { ensureNodeBundle } from "../scripts/install.mjs";

export default function setup() {
  ensureNodeBundle("src/core/io/testing/corpus.ts", "corpus");
  ensureNodeBundle("cli/main.ts", "cli");
  ensureNodeBundle("src/core/simulate/testing/simulated-file.ts", "simulated-file");
}
