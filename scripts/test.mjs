// npm test: packages, a Chromium, types, lint and format, unit tests, the production build, end-to-end tests.
// Prints every failure and ends with one line: "N passed, N failed, N skipped", over all runners together.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ensureInstalled, ensureLabBuild, ensureNodeBundle, root } from "./install.mjs";
import { ensureSnakemake } from "./snakemake.mjs";

const total = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const reports = join(root, "test-results");

ensureInstalled();
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

check("wasm kernels compile", () => tool(process.execPath, ["scripts/build-kernels.mjs"]));
check("core compiles without DOM types", () => bin("typescript/bin/tsc", ["-p", "tsconfig.core.json"]));
check("everything compiles", () => bin("typescript/bin/tsc", ["-p", "tsconfig.json"]));
check("lint and format", () => bin("@biomejs/biome/bin/biome", ["ci", "."]));
ensureSnakemake(); // without it the test of the workflow says so and is skipped
suite("unit tests", "unit.json", (report) =>
  bin("vitest/vitest.mjs", ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`]),
);
check("command line builds", () => ensureNodeBundle("cli/main.ts", "cli"));
const built = check("production build", () => ensureLabBuild());
if (built) {
  // imported late: it may install a browser, which needs no doing when the build is broken
  const { ensureChromium } = await import("./chromium.mjs");
  let executable = null;
  const found = check("a Chromium is there", () => {
    executable = ensureChromium();
  });
  if (found) {
    const env = executable ? { ...process.env, CHROMIUM_PATH: executable } : process.env;
    suite("end-to-end tests", "e2e.json", (report) =>
      bin("@playwright/test/cli.js", ["test"], { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: report }),
    );
  }
}

for (const failure of failures) console.log(`FAILED: ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;

function tool(program, args, env = process.env) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"], env });
  if (error) throw error;
  if (status !== 0) throw new Error(`status ${status}`);
}

function bin(script, args, env) {
  tool(process.execPath, [join(root, "node_modules", script), ...args], env);
}

/** One thing that holds or does not; counts as one test. */
function check(name, action) {
  console.log(`\n== ${name}`);
  try {
    action();
    total.passed++;
    return true;
  } catch (error) {
    total.failed++;
    failures.push(`${name} (${error.message})`);
    return false;
  }
}

/** A runner with tests of its own; a runner that dies without a report counts as one failure. */
function suite(name, file, action) {
  console.log(`\n== ${name}`);
  const report = join(reports, file);
  let error = null;
  try {
    action(report);
  } catch (thrown) {
    error = thrown;
  }
  const counts = existsSync(report) ? read(JSON.parse(readFileSync(report, "utf8"))) : null;
  if (!counts || counts.passed + counts.failed + counts.skipped === 0) {
    total.failed++;
    failures.push(`${name} gave no result${error ? ` (${error.message})` : ""}`);
    return;
  }
  for (const key of Object.keys(total)) total[key] += counts[key];
  for (const title of counts.titles) failures.push(`${name}: ${title}`);
  if (error && counts.failed === 0) {
    total.failed++;
    failures.push(`${name} ended badly although no test failed (${error.message})`);
  }
}

/** Counts of a Vitest or a Playwright JSON report. */
function read(report) {
  if (report.stats) {
    const { expected, unexpected, flaky, skipped } = report.stats;
    return { passed: expected + flaky, failed: unexpected, skipped, titles: playwrightFailures(report.suites) };
  }
  const tests = report.testResults.flatMap((f) => f.assertionResults.map((t) => ({ ...t, file: f.name })));
  const broken = report.testResults.filter((f) => f.status === "failed" && f.assertionResults.length === 0);
  const failed = tests.filter((t) => t.status === "failed");
  return {
    passed: tests.filter((t) => t.status === "passed").length,
    failed: failed.length + broken.length,
    skipped: tests.filter((t) => !["passed", "failed"].includes(t.status)).length,
    titles: [...failed.map((t) => `${relative(t.file)}: ${t.fullName}`), ...broken.map((f) => relative(f.name))],
  };
}

function playwrightFailures(suites) {
  return (suites ?? []).flatMap((s) => [
    ...(s.specs ?? []).filter((spec) => !spec.ok).map((spec) => `${s.file}: ${spec.title}`),
    ...playwrightFailures(s.suites),
  ]);
}

function relative(path) {
  return path.startsWith(root) ? path.slice(root.length + 1) : path;
}
