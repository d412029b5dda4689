import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type PluginOption } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Shared memory, and with it the threads of the wasm backend, exists only on cross-origin isolated pages. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export const resolveOptions = {
  alias: { "embedding-atlas/umap": here("./node_modules/embedding-atlas/dist/umap.js") },
  // tfjs marks its ES modules by "module" alone
  mainFields: ["browser", "module", "jsnext:main", "main"],
};

export default defineConfig({
  base: "./",
  plugins: [react() as PluginOption],
  resolve: resolveOptions,
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    outDir: "dist/lab",
    target: "es2022",
    chunkSizeWarningLimit: 6000,
    assetsInlineLimit: 0,
  },
});
