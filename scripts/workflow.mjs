// npm run -s workflow -- FLAGS: Snakemake on workflow/Snakefile, in the folder that npm was called from.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ensureInstalled, root } from "./install.mjs";
import { ensureSnakemake } from "./snakemake.mjs";

ensureInstalled();
const snakemake = ensureSnakemake();
if (!snakemake) process.exit(1);
const words = ["--snakefile", join(root, "workflow", "Snakefile"), ...process.argv.slice(2)];
const { status } = spawnSync(snakemake, words, { stdio: "inherit", cwd: process.env.INIT_CWD ?? process.cwd() });
process.exitCode = status ?? 1;
