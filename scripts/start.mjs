// npm start [-- path/to/slice.h5ad] [--port N] [--no-open]
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { ensureInstalled, ensureLabBuild, root } from "./install.mjs";
import { serve } from "./serve.mjs";

const args = process.argv.slice(2);
const takeValue = (flag) => {
  const at = args.indexOf(flag);
  return at < 0 ? undefined : args.splice(at, 2)[1];
};
const port = Number(takeValue("--port") ?? 5173);
const noOpen = args.includes("--no-open") || Boolean(process.env.CI);
const unknown = args.find((a) => a.startsWith("--") && a !== "--no-open");
if (unknown || !Number.isInteger(port)) {
  console.error("Usage: npm start -- [FILE.h5ad | FILE.arrow] [--port N] [--no-open]");
  process.exit(2);
}
const given = args.find((a) => !a.startsWith("--"));
const file = given ? resolve(process.env.INIT_CWD ?? process.cwd(), given) : null;
if (file && !(existsSync(file) && statSync(file).isFile())) {
  console.error(`${given}: there is no such file. Give the path of an .h5ad or .arrow file.`);
  process.exit(2);
}

ensureInstalled();
ensureLabBuild();
const { url } = await serve(join(root, "dist", "lab"), { port, file });
console.log(`SpatialSSL Lab is at ${url}${file ? ` with ${given}` : ""}\nStop it with Ctrl+C.`);
if (!noOpen) openBrowser(url);

/** Best effort: where there is no desktop the address on the terminal has to do. */
function openBrowser(address) {
  const opener = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[process.platform] ?? ["xdg-open"];
  const child = spawn(opener[0], [...opener.slice(1), address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
