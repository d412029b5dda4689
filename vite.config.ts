import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin, type PluginOption } from "vite";

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

/**
 * The threads of tfjs's wasm backend run the source text of its factory function (Function.toString). One variable of
 * the scope around it slips in, which a bundler renames: the threads then die with a ReferenceError. It only serves as
 * a fallback for an address that is always given, so it goes.
 */
function selfContainedThreads(): Plugin {
  return {
    name: "self-contained-wasm-threads",
    transform(code, id) {
      if (!id.endsWith("tfjs-backend-wasm-threaded-simd.js")) return null;
      const mended = code
        .replace('if(typeof _scriptDir !== "undefined" && _scriptDir){scriptDirectory=_scriptDir}', "")
        .replace('Module["mainScriptUrlOrBlob"]||_scriptDir', 'Module["mainScriptUrlOrBlob"]');
      if (/_scriptDir/.test(mended.slice(mended.indexOf("function(WasmBackendModuleThreadedSimd)")))) {
        throw new Error(`${id} has changed: its factory uses _scriptDir in a new place. See vite.config.ts.`);
      }
      return { code: mended, map: null };
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react() as PluginOption],
  resolve: resolveOptions,
  worker: { format: "es", plugins: () => [selfContainedThreads()] },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: {
    outDir: "dist/lab",
    target: "es2022",
    chunkSizeWarningLimit: 6000,
    assetsInlineLimit: 0,
  },
});
