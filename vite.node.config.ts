import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

// The command line and the benchmarks, for plain Node: packages are left to it, but for tfjs, whose ES modules
// lie under ".js" without saying so in its package.json, and the UMAP library, which is no export of its package.
export default defineConfig({
  resolve: {
    alias: {
      "embedding-atlas/umap": fileURLToPath(new URL("./node_modules/embedding-atlas/dist/umap.js", import.meta.url)),
    },
    mainFields: ["module", "main"],
  },
  ssr: { noExternal: [/^@tensorflow\//, "embedding-atlas"] },
  build: {
    copyPublicDir: false,
    outDir: "dist/node",
    emptyOutDir: false,
    target: "node20",
    minify: false,
    rollupOptions: { output: { entryFileNames: `${process.env.LAB_BUNDLE ?? "[name]"}.mjs` } },
  },
});
