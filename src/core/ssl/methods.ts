import type { SslMethodId } from "./catalog";
import { mae } from "./mae";
import type { AnySslMethod } from "./method";
import { simclr } from "./simclr";
import { vicreg } from "./vicreg";

/** Every method of self-supervision, by the name a recipe calls it. */
export const sslMethods: Readonly<Record<SslMethodId, AnySslMethod>> = { simclr, mae, vicreg };
