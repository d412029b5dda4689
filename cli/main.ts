import { toLabError } from "../src/core/errors";
import { type Command, readArguments, UsageError } from "./command";
import { baseline } from "./commands/baseline";
import { cluster } from "./commands/cluster";
import { collect } from "./commands/collect";
import { convert } from "./commands/convert";
import { embed } from "./commands/embed";
import { evaluate } from "./commands/evaluate";
import { finetune } from "./commands/finetune";
import { graph } from "./commands/graph";
import { inspect } from "./commands/inspect";
import { predict } from "./commands/predict";
import { pretrain } from "./commands/pretrain";
import { simulate } from "./commands/simulate";
import { studyAnnotation } from "./commands/study-annotation";
import { studyClustering } from "./commands/study-clustering";
import { studyReportCommand } from "./commands/study-report";
import { train } from "./commands/train";
import { openTerminal, type Terminal } from "./progress";

const commands: Record<string, Command> = {
  inspect,
  convert,
  collect,
  simulate,
  graph,
  train,
  pretrain,
  finetune,
  predict,
  embed,
  baseline,
  cluster,
  evaluate,
  "study annotation": studyAnnotation,
  "study clustering": studyClustering,
  "study report": studyReportCommand,
};

const EXIT = { done: 0, failed: 1, wrongWords: 2, interrupted: 130 } as const;

/**
 * The command line. Standard output carries the result alone (one JSON object with --json), standard error progress
 * and messages. Returns the exit code: 0 done, 1 failed, 2 wrong words, 130 stopped by Ctrl+C.
 */
export async function main(
  words: readonly string[],
  cwd: string,
  terminal: Terminal = openTerminal(),
): Promise<number> {
  // some commands are two words: study clustering
  const pair = words.slice(0, 2).join(" ");
  const [name, rest] = Object.hasOwn(commands, pair) ? [pair, words.slice(2)] : [words[0], words.slice(1)];
  if (name === "help" || name === "--help" || name === "-h") {
    terminal.print(help());
    return EXIT.done;
  }
  const command = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    const asked = Object.keys(commands).some((known) => known.startsWith(`${name} `)) ? pair : name;
    terminal.say(`${name === undefined ? "Which command?" : `There is no command "${asked}".`}\n\n${help()}`);
    return EXIT.wrongWords;
  }
  const { task, say, holdInterrupts } = terminal;
  let code: number = EXIT.done;
  const endWith = (wanted: number): void => {
    code = wanted;
  };
  try {
    const args = readArguments(command, rest);
    if (args.has("help")) {
      terminal.print(`${command.summary}\n\nUsage: ${command.usage}`);
      return EXIT.done;
    }
    const result = await command.run(args, { cwd, task, say, holdInterrupts, endWith });
    terminal.end();
    terminal.print(args.json ? JSON.stringify(result) : readable(result));
    return task.cancelled ? EXIT.interrupted : code;
  } catch (thrown) {
    terminal.end();
    const error = toLabError(thrown);
    const more = error.code === "internal" || error.code === "ambiguous" ? error.detail : "";
    say([`error (${error.code}): ${error.message}`, error.hint, more].filter(Boolean).join("\n"));
    if (error.code === "cancelled") return EXIT.interrupted;
    return error instanceof UsageError ? EXIT.wrongWords : EXIT.failed;
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
