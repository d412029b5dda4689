import { main } from "../main";
import type { Terminal } from "../progress";

export interface Said {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Lines on standard error, progress left out. */
  readonly lines: readonly string[];
}

export interface RunOptions {
  readonly cwd: string;
  /** Presses Ctrl+C when progress says this. */
  readonly stopAt?: RegExp;
}

/** Runs a command as the program does, in this process, and gathers what it says. */
export async function runCli(words: readonly string[], { cwd, stopAt }: RunOptions): Promise<Said> {
  const out: string[] = [];
  const lines: string[] = [];
  let held = false;
  let stopped = false;
  const terminal: Terminal = {
    task: {
      progress(_done, _total, what) {
        if (held && stopAt?.test(what)) stopped = true;
      },
      get cancelled() {
        return stopped;
      },
    },
    print: (text) => out.push(text),
    say: (line) => lines.push(line),
    holdInterrupts() {
      held = true;
    },
    end() {},
  };
  const code = await main(words, cwd, terminal);
  return { code, out: out.join("\n"), lines };
}

/** The one JSON object of a command that must succeed. */
export async function jsonOf(words: readonly string[], options: RunOptions): Promise<Record<string, unknown>> {
  const { code, out, lines } = await runCli([...words, "--json"], options);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${lines.join("\n")}`);
  return JSON.parse(out) as Record<string, unknown>;
}
