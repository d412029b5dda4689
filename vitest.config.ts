import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const packages = fileURLToPath(new URL("./node_modules/@tensorflow/", import.meta.url));
// not among the package's exports; the same in vite.config.ts
const umap = fileURLToPath(new URL("./node_modules/embedding-atlas/dist/umap.js", import.meta.url));

export default defineConfig({
  // tfjs ships ES modules under ".js" and says so in "module" alone, which Node's resolution does not read: named by
  // path, so that every part of it meets one tfjs-core
  resolve: {
    alias: [
      { find: /^@tensorflow\/(tfjs-[a-z-]+)$/, replacement: `${packages}$1/dist/index.js` },
      { find: "embedding-atlas/umap", replacement: umap },
    ],
  },
  test: {
    globalSetup: ["scripts/test-setup.mjs"],
    include: ["{src,workers,cli,bench}/**/*.test.ts"],
    server: { deps: { inline: [/@tensorflow/] } },
    // the software GPU compiles a network's shaders for a minute where the machine has other work
    testTimeout: 180_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
