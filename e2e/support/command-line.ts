import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../scripts/cli.mjs", import.meta.url));

/** A command as a person gives it in `folder`; throws with what it said unless it succeeded. */
export function commandLine(folder: string, words: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words.split(" ")], {
    ...{ cwd: folder, encoding: "utf8", env: { ...process.env, INIT_CWD: folder } },
  });
  if (status !== 0) throw new Error(`${words} ended with ${status}: ${stderr}`);
  return stdout;
}
