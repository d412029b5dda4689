import { expect, it } from "vitest";
import { ami } from "../metrics/ami";
import { ari } from "../metrics/ari";
import { completeness, homogeneity, nmi } from "../metrics/nmi";
import { evaluateClusters } from "./evaluate";

it("clusters are scored on the cells that have the label", () => {
  const labels = Int8Array.of(0, 0, 1, 1, 2, -1, -1);
  const clusters = Int32Array.of(3, 3, 1, 3, 0, 9, 1);
  const scores = evaluateClusters(clusters, { name: "layer", codes: labels });
  expect(scores).toEqual({
    label: "layer",
    classes: 3,
    clusters: 3,
    nScored: 5,
    ari: ari(labels, clusters),
    ami: ami(labels, clusters),
    nmi: nmi(labels, clusters),
    homogeneity: homogeneity(labels, clusters),
    completeness: completeness(labels, clusters),
  });
});
