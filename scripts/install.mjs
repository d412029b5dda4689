// What every command does first: the right Node, the packages of the lock file, and a build that is not stale.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minimum = [20, 19];

/** Runs a program with its output on standard error, so that standard output stays the caller's own. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
    ...options,
  });
  if (error || status !== 0) {
    throw new Error(`${program} ${args.join(" ")} failed${error ? `: ${error.message}` : ` with status ${status}`}.`);
  }
}

/** A program of node_modules, run with this Node. */
export function runTool(script, args, options = {}) {
  run(process.execPath, [join(root, "node_modules", script), ...args], { shell: false, ...options });
}

/** Installs the packages of package-lock.json unless they are there already. */
export function ensureInstalled() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
    console.error(`Node ${minimum.join(".")} or newer is needed, this is ${process.versions.node}. See nodejs.org.`);
    process.exit(1);
  }
  const done = join(root, "node_modules", ".package-lock.json");
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs) return;
  console.error("Installing packages (npm ci) …");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}

/** True unless `output` is newer than every file of the given folders and files. */
export function isStale(output, inputs) {
  if (!existsSync(output)) return true;
  const built = statSync(output).mtimeMs;
  return inputs.some((input) => newest(join(root, input)) > built);
}

function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // no source: environments of the benchmarks' peers, and what Python leaves beside its own
  const names = readdirSync(path).filter((name) => !name.startsWith(".venv") && name !== "__pycache__");
  return names.reduce((latest, name) => Math.max(latest, newest(join(path, name))), 0);
}

/** Compiles our wasm kernels and bundles one entry for Node into dist/node, unless that is up to date. */
export function ensureNodeBundle(entry, name) {
  const output = join(root, "dist", "node", `${name}.mjs`);
  const inputs = ["src/core", "workers", "cli", "bench", "package-lock.json", "vite.node.config.ts"];
  if (!isStale(output, inputs)) return output;
  alone(() => {
    if (!isStale(output, inputs)) return;
    run(process.execPath, ["scripts/build-kernels.mjs"], { shell: false });
    runTool("vite/bin/vite.js", ["build", "--config", "vite.node.config.ts", "--ssr", entry, "--logLevel", "warn"], {
      env: { ...process.env, LAB_BUNDLE: name },
    });
  });
  return output;
}

/** Builds the page into dist/lab unless that is up to date. */
export function ensureLabBuild() {
  const inputs = ["src", "workers", "public", "index.html", "package-lock.json", "vite.config.ts"];
  const output = join(root, "dist", "lab", "index.html");
  if (!isStale(output, inputs)) return;
  alone(() => {
    if (!isStale(output, inputs)) return;
    console.error("Building the lab …");
    run(process.execPath, ["scripts/build-kernels.mjs"], { shell: false });
    runTool("vite/bin/vite.js", ["build", "--logLevel", "warn"]);
  });
}

/** Several commands may start at once (a pipeline does): one builds, the others wait for it. */
function alone(build) {
  const lock = join(root, "dist", ".building");
  mkdirSync(join(root, "dist"), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      // whoever holds a lock for longer than any build takes was killed
      if (Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 300_000) {
        rmSync(lock, { recursive: true, force: true });
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    build();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}
