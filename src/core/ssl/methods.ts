import { mae } from "./mae";
import type { AnySslMethod } from "./method";

/** Every method of self-supervision, by the name a recipe calls it. */
export const sslMethods = { mae } as const satisfies Record<string, AnySslMethod>;

export type SslMethodId = keyof typeof sslMethods;
