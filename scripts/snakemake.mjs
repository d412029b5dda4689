// Snakemake in an environment of its own, workflow/.venv, made from workflow/requirements.txt on first use.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./install.mjs";

const venv = join(root, "workflow", ".venv");
const programs = join(venv, process.platform === "win32" ? "Scripts" : "bin");

/** The program that is there already: that of SNAKEMAKE, our own, or one on the path; null without. */
export function findSnakemake() {
  const named = process.env.SNAKEMAKE;
  return [named, join(programs, "snakemake"), "snakemake"].find((program) => program && works(program)) ?? null;
}

/** The same, installed where it is missing; null, with the reason on standard error, where that fails. */
export function ensureSnakemake() {
  const found = findSnakemake();
  if (found) return found;
  console.error("Installing Snakemake into workflow/.venv …");
  const requirements = join(root, "workflow", "requirements.txt");
  const steps = [
    ["python3", ["-m", "venv", venv]],
    [join(programs, "python"), ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]],
  ];
  for (const [program, args] of steps) {
    const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8" });
    if (status === 0) continue;
    console.error(`Snakemake cannot be had: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
    rmSync(venv, { recursive: true, force: true });
    return null;
  }
  return findSnakemake();
}

function works(program) {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).status === 0;
}
