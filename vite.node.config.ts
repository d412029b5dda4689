import { defineConfig } from "vite";
import { resolveOptions } from "./vite.config";

// The command line and the benchmarks: our own code in one file per entry, packages left to Node.
export default defineConfig({
  resolve: { alias: resolveOptions.alias },
  build: {
    outDir: "dist/node",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rollupOptions: { output: { entryFileNames: `${process.env.LAB_BUNDLE ?? "[name]"}.mjs` } },
  },
});
