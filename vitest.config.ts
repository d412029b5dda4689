import { defineConfig } from "vitest/config";

export default defineConfig({
  // tfjs ships ES modules under ".js" without saying so in its package.json: let Vite transform them
  resolve: { mainFields: ["module", "main"] },
  test: {
    include: ["{src,workers,cli,bench}/**/*.test.ts"],
    server: { deps: { inline: [/@tensorflow/] } },
    testTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
