// npm run -s bench -- NAME [--json] [--quick]: bundles bench/NAME.ts for Node and runs it.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureInstalled, ensureNodeBundle, root } from "./install.mjs";

const SHARED = ["harness.ts", "step.ts"];
const [name, ...flags] = process.argv.slice(2);
const known = readdirSync(join(root, "bench"))
  .filter((f) => f.endsWith(".ts") && !f.endsWith(".test.ts") && !SHARED.includes(f))
  .map((f) => f.slice(0, -3));
if (!known.includes(name)) {
  console.error(`Usage: npm run -s bench -- NAME [--json] [--quick], NAME one of: ${known.join(", ")}`);
  process.exit(2);
}
ensureInstalled();
const bundle = ensureNodeBundle(`bench/${name}.ts`, `bench-${name}`);
const { default: bench } = await import(pathToFileURL(bundle).href);
const result = await bench({ json: flags.includes("--json"), quick: flags.includes("--quick") });
if (flags.includes("--json")) console.log(JSON.stringify(result));
else {
  console.log(result.name, JSON.stringify(result.machine));
  console.table(result.rows);
}
