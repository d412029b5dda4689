import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  // tfjs ships ES modules under ".js" without saying so in its package.json: let Vite transform them
  resolve: {
    mainFields: ["module", "main"],
    // not among the package's exports; the same in vite.config.ts
    alias: {
      "embedding-atlas/umap": fileURLToPath(new URL("./node_modules/embedding-atlas/dist/umap.js", import.meta.url)),
    },
  },
  test: {
    globalSetup: ["scripts/test-setup.mjs"],
    include: ["{src,workers,cli,bench}/**/*.test.ts"],
    server: { deps: { inline: [/@tensorflow/] } },
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
