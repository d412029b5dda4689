import { maeInfo } from "./mae-config";
import type { MethodInfo } from "./method-info";
import { simclrInfo } from "./simclr-config";
import { vicregInfo } from "./vicreg-config";

/** Every method by the name a recipe calls it, without its arithmetic: what a page can list before the engine is there. */
export const methodCatalog = {
  simclr: simclrInfo,
  mae: maeInfo,
  vicreg: vicregInfo,
} as const satisfies Record<string, MethodInfo>;

export type SslMethodId = keyof typeof methodCatalog;

export const methodIds = Object.keys(methodCatalog) as readonly SslMethodId[];
