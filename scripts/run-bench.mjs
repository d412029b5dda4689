// node scripts/run-bench.mjs BUNDLE [--json] [--quick] [--software] [--cases A,B]: runs a bundled benchmark. It needs
// nothing but Node, so that a bundle can be carried to another machine (bench/README.md); `npm run bench` bundles first.
import { pathToFileURL } from "node:url";
import { offerSoftwareGpu } from "./software-gpu.mjs";

export const FLAGS = "[--json] [--quick] [--software] [--cases A,B]";

/** What the words after the benchmark's name ask for; null if one of them is not known. */
export function readFlags(words) {
  const options = { json: false, quick: false, software: false, cases: null };
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, "");
    if (words[i] === "--cases" && words[i + 1]) options.cases = words[++i].split(",");
    else if (words[i].startsWith("--") && typeof options[name] === "boolean") options[name] = true;
    else return null;
  }
  return options;
}

/** Runs it and prints its result; a benchmark that cannot run here says so and the status is 1. */
export async function runBench(bundle, options) {
  if (options.software) offerSoftwareGpu();
  const { default: bench } = await import(pathToFileURL(bundle).href);
  try {
    const result = await bench(options);
    if (options.json) console.log(JSON.stringify(result));
    else {
      console.log(result.name, JSON.stringify(result.machine));
      console.table(result.rows);
    }
  } catch (error) {
    console.error(error.name === "CannotRun" ? error.message : error);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [bundle, ...words] = process.argv.slice(2);
  const options = readFlags(words);
  if (bundle && options) await runBench(bundle, options);
  else {
    console.error(`Usage: node scripts/run-bench.mjs BUNDLE ${FLAGS}`);
    process.exitCode = 2;
  }
}
