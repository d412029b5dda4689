// A small static server for the built lab. Cross-origin isolation (COOP and COEP) gives the page shared memory,
// which the threads of the wasm backend need.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, extname, join, normalize, sep } from "node:path";

export const isolationHeaders = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
};

/**
 * Serves `folder` on localhost; `file`, if given, stands beside it at /served/NAME and is announced by /served.json.
 * Resolves to the address once listening; the next free port is taken when `port` is in use.
 */
export function serve(folder, { port = 5173, file = null } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const send = (status, type, body) => {
      response.writeHead(status, { ...isolationHeaders, "Content-Type": type, "Cache-Control": "no-cache" });
      response.end(request.method === "HEAD" ? undefined : body);
    };
    if (path === "/served.json") {
      const served = file ? { name: basename(file), url: `/served/${encodeURIComponent(basename(file))}` } : null;
      return send(200, types[".json"], JSON.stringify(served));
    }
    const target = path.startsWith("/served/") ? file : inside(folder, path);
    if (!target || !existsSync(target) || !statSync(target).isFile()) return send(404, "text/plain", "Not found.\n");
    sendFile(request, response, target);
  });
  return new Promise((resolve, reject) => {
    let attempt = port;
    server.on("error", (error) => {
      if (error.code === "EADDRINUSE" && attempt < port + 20) server.listen(++attempt, "127.0.0.1");
      else reject(error);
    });
    server.on("listening", () => resolve({ url: `http://localhost:${server.address().port}/`, server }));
    server.listen(attempt, "127.0.0.1");
  });
}

function inside(folder, path) {
  const target = normalize(join(folder, path === "/" ? "index.html" : path));
  return target.startsWith(folder + sep) ? target : null;
}

function sendFile(request, response, target) {
  const { size } = statSync(target);
  const headers = {
    ...isolationHeaders,
    "Content-Type": types[extname(target)] ?? "application/octet-stream",
    "Accept-Ranges": "bytes",
    // names of built files carry a hash of their content, everything else may change
    "Cache-Control": /-[\w-]{8,}\.\w+$/.test(target) ? "public, max-age=31536000, immutable" : "no-cache",
  };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1;
  if (range && from > to) {
    response.writeHead(416, { ...isolationHeaders, "Content-Range": `bytes */${size}` });
    return response.end();
  }
  if (range) headers["Content-Range"] = `bytes ${from}-${to}/${size}`;
  response.writeHead(range ? 206 : 200, { ...headers, "Content-Length": size === 0 ? 0 : to - from + 1 });
  if (request.method === "HEAD" || size === 0) return response.end();
  createReadStream(target, { start: from, end: to }).pipe(response);
}
