// Finds a Chromium for the end-to-end tests, or installs one: Debian's package where there is apt, else Playwright's.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { root, run, runTool } from "./install.mjs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a Chromium, or null when Playwright's own is to be used. */
export function ensureChromium() {
  const fromEnv = process.env.CHROMIUM_PATH;
  if (fromEnv) {
    if (!existsSync(fromEnv)) throw new Error(`CHROMIUM_PATH names ${fromEnv}, which is not there.`);
    return fromEnv;
  }
  const found = places.find(existsSync);
  if (found) return found;
  if (existsSync("/etc/debian_version") && isRoot()) {
    console.error("Installing Debian's chromium …");
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    run("apt-get", ["update", "-qq"], { env });
    run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"], { env });
    const installed = places.find(existsSync);
    if (installed) return installed;
  }
  console.error("Installing Playwright's Chromium …");
  runTool("@playwright/test/cli.js", ["install", "chromium"]);
  return null;
}

function isRoot() {
  return process.getuid?.() === 0 && spawnSync("apt-get", ["--version"], { cwd: root }).status === 0;
}
