// npm run -s bench -- NAME [flags]: bundles bench/NAME.ts for Node and runs it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, ensureNodeBundle, root } from "./install.mjs";
import { FLAGS, readFlags, runBench } from "./run-bench.mjs";

const SHARED = ["harness.ts", "step.ts", "step-data.ts"];
const [name, ...words] = process.argv.slice(2);
const options = readFlags(words);
const known = readdirSync(join(root, "bench"))
  .filter((f) => f.endsWith(".ts") && !f.endsWith(".test.ts") && !SHARED.includes(f))
  .map((f) => f.slice(0, -3));
if (!known.includes(name) || !options) {
  console.error(`Usage: npm run -s bench -- NAME ${FLAGS}, NAME one of: ${known.join(", ")}`);
  process.exit(2);
}
ensureInstalled();
await runBench(ensureNodeBundle(`bench/${name}.ts`, `bench-${name}`), options);
