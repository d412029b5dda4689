import { toLabError } from "../src/core/errors";
import { type Command, readArguments } from "./command";
import { cluster } from "./commands/cluster";
import { convert } from "./commands/convert";
import { evaluate } from "./commands/evaluate";
import { graph } from "./commands/graph";
import { inspect } from "./commands/inspect";
import { simulate } from "./commands/simulate";
import { train } from "./commands/train";
import { terminalTask } from "./progress";

const commands: Record<string, Command> = { inspect, convert, simulate, graph, train, cluster, evaluate };

/**
 * The command line. Standard output carries the result alone (one JSON object with --json),
 * standard error progress and messages. Returns the exit code: 0 done, 1 failed, 2 wrong words.
 */
export async function main(words: readonly string[], cwd: string): Promise<number> {
  const [name, ...rest] = words;
  const command = name === undefined ? undefined : commands[name];
  if (!command) {
    const asked = name === undefined || name === "help" || name === "--help";
    (asked ? console.log : console.error)(asked ? help() : `There is no command "${name}".\n\n${help()}`);
    return name === undefined || !asked ? 2 : 0;
  }
  const task = terminalTask();
  try {
    const args = readArguments(command, rest);
    if (args.has("help")) {
      console.log(`${command.summary}\n\nUsage: ${command.usage}`);
      return 0;
    }
    const result = await command.run(args, { cwd, task, say: (line) => console.error(line) });
    task.end();
    console.log(args.json ? JSON.stringify(result) : readable(result));
    return 0;
  } catch (thrown) {
    task.end();
    const error = toLabError(thrown);
    console.error(`error (${error.code}): ${error.message}${error.hint ? `\n${error.hint}` : ""}`);
    if (error.code === "internal") console.error(error.detail);
    return 1;
  }
}

function help(): string {
  const rows = Object.values(commands).map((c) => `  ${c.usage}\n      ${c.summary}`);
  return `SpatialSSL Lab on the command line. Every command takes --json and --help.\n\n${rows.join("\n")}`;
}

/** Key and value a line; nested objects as JSON. */
function readable(result: object): string {
  return Object.entries(result)
    .map(([key, value]) => `${key}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join("\n");
}
