import { parse } from "yaml";
import { LabError } from "../../errors";

/**
 * The value of a JSON or, by its extension, YAML file.
 *
 * @param name  of the file
 * @throws LabError("format") if it is not what its name says
 */
export function parseRecipe(text: string, name: string): unknown {
  const yaml = /\.ya?ml$/i.test(name);
  try {
    return yaml ? parse(text) : JSON.parse(text);
  } catch (thrown) {
    const [why] = (thrown as Error).message.split("\n");
    throw new LabError(
      "format",
      `${name} is not ${yaml ? "YAML" : "JSON"}: ${why.replace(/[.:]$/, "")}.`,
      "Correct the file.",
    );
  }
}
