import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { graphReady } from "./support/lab";
import { expect, test } from "./support/test";

const root = fileURLToPath(new URL("..", import.meta.url));
const port = 5392;
let server: ChildProcess | undefined;

test.afterEach(async () => {
  // one that ended by a signal has no exit code
  if (server && server.exitCode === null && server.signalCode === null) {
    const ended = once(server, "exit");
    server.kill();
    await ended;
  }
  server = undefined;
});

test("npm start with a file opens the page on it, isolated so that wasm has threads", async ({ page }) => {
  const file = join(mkdtempSync(join(tmpdir(), "lab-")), "my tissue ü.arrow");
  const written = node(
    "scripts/cli.mjs",
    "simulate",
    "--tissue",
    "embryo",
    "--cells",
    "1000",
    "--genes",
    "60",
    "--sections",
    "2",
    "--seed",
    "5",
    file,
  );
  expect(written.stderr + written.status).toMatch(/0$/);

  const address = await start(file);
  const response = await page.goto(address);
  expect(response!.headers()).toMatchObject({
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
  });
  await graphReady(page);
  await expect(page.getByTestId("slice-fact")).toContainText("1,000 cells · 60 genes");
  const seen = await page.evaluate(() => ({
    isolated: window.crossOriginIsolated,
    sections: window.lab.getState().slice!.summary.sections.length,
    origin: window.lab.getState().slice!.provenance.file,
  }));
  expect(seen).toEqual({ isolated: true, sections: 2, origin: "simulated-embryo-seed-5" });
});

test("npm start says what is wrong with a path or a flag, and ends with 2", () => {
  const missing = node("scripts/start.mjs", "--no-open", "no-such-slice.h5ad");
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain("no-such-slice.h5ad: there is no such file.");
  const unknown = node("scripts/start.mjs", "--colour");
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain("Usage:");
});

function node(...args: string[]) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
}

/** Starts the lab with a file; resolves to the address that it prints. */
function start(file: string): Promise<string> {
  server = spawn(process.execPath, ["scripts/start.mjs", "--no-open", "--port", String(port), file], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return new Promise((resolve, reject) => {
    server!.once("exit", (code) => reject(new Error(`start.mjs ended with ${code}.`)));
    server!.stdout!.on("data", (text: Buffer) => {
      const address = /http:\S+/.exec(text.toString());
      if (address) resolve(address[0]);
    });
  });
}
