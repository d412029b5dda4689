import { barlowTwins } from "./barlow-twins";
import { bgrl } from "./bgrl";
import { byol } from "./byol";
import type { SslMethodId } from "./catalog";
import { dgi } from "./dgi";
import { grace } from "./grace";
import { graphmae } from "./graphmae";
import { mae } from "./mae";
import type { AnySslMethod } from "./method";
import { moco } from "./moco";
import { simclr } from "./simclr";
import { simsiam } from "./simsiam";
import { supervised } from "./supervised";
import { swav } from "./swav";
import { vicreg } from "./vicreg";

/** Every method, by the name a recipe calls it. */
export const sslMethods: Readonly<Record<SslMethodId, AnySslMethod>> = {
  simclr,
  moco,
  byol,
  simsiam,
  swav,
  mae,
  "barlow-twins": barlowTwins,
  vicreg,
  graphmae,
  dgi,
  grace,
  bgrl,
  supervised,
};
