import type { Task } from "../src/core/task";

/** Where a command speaks: results, lines for the person, progress and the wish to stop. */
export interface Terminal {
  readonly task: Task;
  /** The result, on standard output. */
  print(text: string): void;
  /** A line for the person, on standard error. */
  say(line: string): void;
  holdInterrupts(): void;
  /** Clears the line of progress and gives Ctrl+C back. */
  end(): void;
}

/** The terminal the program was started from: progress is one line rewritten, or in a log a line every few seconds. */
export function openTerminal(stream: NodeJS.WriteStream = process.stderr): Terminal {
  const every = stream.isTTY ? 100 : 5000; // ms
  let cancelled = false;
  let last = performance.now();
  let lineShown = false;
  const clear = (): void => {
    if (lineShown) stream.write("\r\x1b[K");
    lineShown = false;
  };
  const interrupt = (): void => {
    if (cancelled) process.exit(130);
    cancelled = true;
  };
  return {
    task: {
      progress(done, total, what) {
        const now = performance.now();
        if (now - last < every) return;
        last = now;
        const share = total > 0 ? ` ${Math.floor((100 * done) / total)} %` : "";
        stream.write(stream.isTTY ? `\r\x1b[K${what}${share}` : `${what}${share}\n`);
        lineShown = stream.isTTY;
      },
      get cancelled() {
        return cancelled;
      },
    },
    print: (text) => process.stdout.write(`${text}\n`),
    say(line) {
      clear();
      stream.write(`${line}\n`);
    },
    holdInterrupts: () => process.on("SIGINT", interrupt),
    end() {
      clear();
      process.off("SIGINT", interrupt);
    },
  };
}
