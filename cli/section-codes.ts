import type { Slice } from "../src/core/slice/slice";
import type { Arguments } from "./command";

/** Codes of the sections that a flag names. */
export function sectionCodes(args: Arguments, flag: string, { names }: Slice["section"]): number[] {
  return args.names(flag).map((name) => {
    const code = names.indexOf(name);
    if (code < 0) throw args.wrong(`--${flag}: there is no section "${name}", only ${names.join(", ")}`);
    return code;
  });
}
