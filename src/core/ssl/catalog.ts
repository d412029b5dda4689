import { barlowTwinsInfo } from "./barlow-twins-config";
import { bgrlInfo } from "./bgrl-config";
import { byolInfo } from "./byol-config";
import { dgiInfo } from "./dgi-config";
import { graceInfo } from "./grace-config";
import { graphmaeInfo } from "./graphmae-config";
import { maeInfo } from "./mae-config";
import type { MethodInfo } from "./method-info";
import { mocoInfo } from "./moco-config";
import { simclrInfo } from "./simclr-config";
import { simsiamInfo } from "./simsiam-config";
import { supervisedInfo } from "./supervised-config";
import { swavInfo } from "./swav-config";
import { vicregInfo } from "./vicreg-config";

/** Every method by the name a recipe calls it, without its arithmetic: what a page can list before the engine is there. */
export const methodCatalog = {
  simclr: simclrInfo,
  moco: mocoInfo,
  byol: byolInfo,
  simsiam: simsiamInfo,
  swav: swavInfo,
  mae: maeInfo,
  "barlow-twins": barlowTwinsInfo,
  vicreg: vicregInfo,
  graphmae: graphmaeInfo,
  dgi: dgiInfo,
  grace: graceInfo,
  bgrl: bgrlInfo,
  supervised: supervisedInfo,
} as const satisfies Record<string, MethodInfo>;

export type SslMethodId = keyof typeof methodCatalog;

export const methodIds = Object.keys(methodCatalog) as readonly SslMethodId[];

/** Those that need no label: what a study of self-supervision compares. */
export const selfSupervisedIds = methodIds.filter((id) => !(methodCatalog[id] as MethodInfo).needsLabel);
