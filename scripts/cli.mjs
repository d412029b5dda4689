// npm run -s cli -- COMMAND …: installs and bundles when needed, then hands over to cli/main.ts.
import { pathToFileURL } from "node:url";
import { ensureInstalled, ensureNodeBundle } from "./install.mjs";

ensureInstalled();
const bundle = ensureNodeBundle("cli/main.ts", "cli");
const { main } = await import(pathToFileURL(bundle).href);
process.exitCode = await main(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
