import type { Task } from "../src/core/task";

/** Progress on standard error: one line rewritten on a terminal, a line every few seconds in a log. */
export function terminalTask(stream: NodeJS.WriteStream = process.stderr): Task & { end(): void } {
  let cancelled = false;
  let last = 0;
  let lastWhat = "";
  const every = stream.isTTY ? 100 : 5000;
  process.once("SIGINT", () => {
    // the first Ctrl+C asks the work to stop tidily, a second one kills
    cancelled = true;
    process.once("SIGINT", () => process.exit(130));
  });
  return {
    progress(done, total, what) {
      const now = performance.now();
      if (what === lastWhat && now - last < every && done < total) return;
      last = now;
      lastWhat = what;
      const share = total > 0 ? `${Math.floor((100 * done) / total)} %` : "";
      if (stream.isTTY) stream.write(`\r\x1b[K${what} ${share}`);
      else if (done < total) stream.write(`${what} ${share}\n`);
    },
    get cancelled() {
      return cancelled;
    },
    end() {
      if (stream.isTTY && lastWhat) stream.write("\r\x1b[K");
    },
  };
}
