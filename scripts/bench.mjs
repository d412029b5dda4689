// npm run -s bench -- NAME [flags]: bundles bench/NAME.ts for Node and runs it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, ensureNodeBundle, root } from "./install.mjs";
import { FLAGS, readFlags, runBench } from "./run-bench.mjs";

/** The other files are shared by several. */
const isBench = (file) => readFileSync(join(root, "bench", file), "utf8").includes("export default function bench(");
const [name, ...words] = process.argv.slice(2);
const options = readFlags(words);
const known = readdirSync(join(root, "bench"))
  .filter((file) => file.endsWith(".ts") && isBench(file))
  .map((f) => f.slice(0, -3));
if (!known.includes(name) || !options) {
  console.error(`Usage: npm run -s bench -- NAME ${FLAGS}, NAME one of: ${known.join(", ")}`);
  process.exit(2);
}
ensureInstalled();
await runBench(ensureNodeBundle(`bench/${name}.ts`, `bench-${name}`), options);
