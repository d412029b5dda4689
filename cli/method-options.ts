import { methodCatalog, methodIds, type SslMethodId } from "../src/core/ssl/catalog";
import type { Field, MethodConfig, MethodInfo } from "../src/core/ssl/method-info";
import type { Arguments } from "./command";

/** `maskRatio` is `--mask-ratio`. */
const flagOf = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const fieldsOf = (id: SslMethodId): Readonly<Record<string, Field>> => (methodCatalog[id] as MethodInfo).fields;

const allFields: Readonly<Record<string, Field>> = Object.assign({}, ...methodIds.map(fieldsOf));

/** One option for every setting of every method. */
export const methodOptions: Readonly<Record<string, { readonly type: "string" | "boolean" }>> = Object.fromEntries(
  Object.entries(allFields).map(([key, { kind }]) => [flagOf(key), { type: kind === "flag" ? "boolean" : "string" }]),
);

const valueWords = (field: Field): string => {
  if (field.kind === "flag") return "";
  return field.kind === "choice" ? ` ${field.options.join("|")}` : field.kind === "integer" ? " N" : " X";
};

export const methodUsage = [
  `[--method ${methodIds.join("|")}]`,
  ...Object.entries(allFields).map(([key, field]) => `[--${flagOf(key)}${valueWords(field)}]`),
].join(" ");

/**
 * The settings of a method that the options ask for; what they leave out comes from `fallback`.
 * @throws UsageError for a setting that the method has not, naming those that have it
 */
export function methodConfig(args: Arguments, id: SslMethodId, fallback: MethodConfig): MethodConfig {
  const own = fieldsOf(id);
  const given = Object.entries(allFields).filter(([key]) => args.has(flagOf(key)));
  const entries = given.map(([key, { kind }]) => {
    const flag = flagOf(key);
    if (!own[key]) {
      const others = methodIds.filter((other) => key in fieldsOf(other));
      throw args.wrong(`--${flag} belongs to --method ${others.join(", ")}, not to ${id}`);
    }
    return [key, kind === "flag" ? true : kind === "choice" ? args.text(flag) : args.number(flag)];
  });
  return { ...fallback, ...Object.fromEntries(entries) };
}
