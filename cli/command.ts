import { type ParseArgsConfig, parseArgs } from "node:util";
import { LabError } from "../src/core/errors";
import type { Task } from "../src/core/task";

export interface Context {
  /** Paths on the command line are relative to this folder. */
  readonly cwd: string;
  readonly task: Task;
  /** A line for the person, on standard error. */
  say(line: string): void;
  /** From here on the first Ctrl+C sets `task.cancelled` instead of ending the program; a second one ends it. */
  holdInterrupts(): void;
  /** Ends the program with this code once the result is printed, instead of 0. */
  endWith(code: number): void;
}

/** Words that do not fit the command; the program then ends with 2 instead of 1. */
export class UsageError extends LabError {
  constructor(message: string, usage: string) {
    super("range", message, `Usage: ${usage}`);
  }
}

/** One word of the command line. `run` returns the JSON object that is printed. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  /** Options beside --json and --help, as node:util's parseArgs takes them. */
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  /** Names of the words that are no flags; one that ends in "…" at the end stands for one or more. */
  readonly positionals: readonly string[];
  run(args: Arguments, context: Context): Promise<object>;
}

/** The arguments of a command, each read with its type and bounds; errors name the flag. */
export class Arguments {
  constructor(
    readonly positionals: readonly string[],
    private readonly values: Record<string, unknown>,
    readonly usage: string,
  ) {}

  has(flag: string): boolean {
    return this.values[flag] !== undefined && this.values[flag] !== false;
  }

  text(flag: string, fallback?: string): string {
    const value = this.values[flag] ?? fallback;
    if (typeof value !== "string") throw this.wrong(`--${flag} is missing`);
    return value;
  }

  choice<const T extends string>(flag: string, choices: readonly T[], fallback?: T): T {
    const value = this.text(flag, fallback);
    if (!choices.includes(value as T)) {
      throw this.wrong(`--${flag}: expected one of ${choices.join(", ")}, got "${value}"`);
    }
    return value as T;
  }

  number(flag: string, bounds: { min?: number; max?: number; integer?: boolean } = {}, fallback?: number): number {
    const given = this.values[flag];
    const value = given === undefined ? fallback : given === "" ? Number.NaN : Number(given);
    if (value === undefined) throw this.wrong(`--${flag} is missing`);
    const { min = -Infinity, max = Infinity, integer = false } = bounds;
    if (!Number.isFinite(value) || value < min || value > max || (integer && !Number.isInteger(value))) {
      const range = `${integer ? "a whole number" : "a number"} from ${min} to ${max}`;
      throw this.wrong(`--${flag}: expected ${range}, got "${String(given)}"`);
    }
    return value;
  }

  /** Names separated by commas; none where the flag is absent. */
  names(flag: string): string[] {
    const given = this.has(flag) ? this.text(flag).split(",") : [];
    return given.map((name) => name.trim());
  }

  wrong(what: string): UsageError {
    return new UsageError(`${what}.`, this.usage);
  }
}

/** Splits the words after a command's name. */
export function readArguments(command: Command, words: readonly string[]): Arguments & { readonly json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { ...command.options, json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    const { length } = command.positionals;
    const many = command.positionals.at(-1)?.endsWith("…") ?? false;
    if (!values.help && (many ? positionals.length < length : positionals.length !== length)) {
      throw new Error(`expected ${command.positionals.join(" ")}, got ${positionals.join(" ") || "none"}`);
    }
    return Object.assign(new Arguments(positionals, values, command.usage), { json: Boolean(values.json) });
  } catch (error) {
    throw new UsageError(`${(error as Error).message.replace(/\.?$/, "")}.`, command.usage);
  }
}
