import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Backend } from "../backend/backend";
import { uploadCsr } from "../kernels/device-csr";
import { expectClose, randomFloats } from "../kernels/testing/backends";
import { createRng } from "../random";
import { openCpu } from "../testing/open-cpu";
import { smallTissue } from "../testing/small-tissue";
import { convolutionMatrix } from "../train/convolution-matrix";
import { encode } from "./encoder";
import { backbones } from "./encoder-spec";
import { initEncoder } from "./init-encoder";
import { chooseRows, type RowChoice } from "./row-choice";

let backend: Backend;
beforeAll(async () => {
  backend = await openCpu();
});
afterAll(() => backend.dispose());

const { graph } = smallTissue({ side: 7 });
const [nObs, width, nWanted] = [graph.nNodes, 6, 10];

/** Every fifth cell, backwards. */
function someRows(): RowChoice {
  const index = Int32Array.from({ length: nWanted }, (_, place) => 5 * (nWanted - 1 - place));
  const inverse = new Int32Array(nObs).fill(-1);
  index.forEach((row, place) => {
    inverse[row] = place;
  });
  return { index: tf.tensor1d(index, "int32"), inverse: tf.tensor1d(inverse, "int32") };
}

describe.each(backbones)("with %s", (backbone) => {
  test.each([1, 2])(
    "rows asked for alone are those of the whole, and so are the gradients, through %i layers",
    (layers) => {
      tf.tidy(() => {
        const options = {
          layers,
          hidden: width,
          heads: 2,
          batchNorm: true,
          dropout: 0.3,
          attentionDropout: 0,
          skip: true,
        };
        const spec = { ...options, backbone, nVars: width };
        const rng = createRng(layers);
        const params = initEncoder(spec, rng);
        const graphs = [{ matrix: uploadCsr(convolutionMatrix(graph, backbone)), nValid: nObs }];
        const x = tf.tensor2d(randomFloats(nObs * width, rng), [nObs, width]);
        const dy = tf.tensor2d(randomFloats(nWanted * width, rng), [nWanted, width]);
        const choice = someRows();
        const names = Object.keys(params.weights);
        const run = (wanted: RowChoice | null) =>
          tf.valueAndGrads((...weights: tf.Tensor[]) => {
            const own = { ...params, weights: Object.fromEntries(names.map((name, i) => [name, weights[i]])) };
            const { embedding } = encode(
              own,
              spec,
              graphs,
              { kind: "dense", x },
              { kind: "training", seed: 3 },
              wanted,
            );
            return wanted ? embedding : chooseRows(embedding, choice);
          })(Object.values(params.weights), dy);
        const [some, all] = [run(choice), run(null)];
        expect(some.value.shape).toEqual([nWanted, width]);
        expectClose(some.value.dataSync(), all.value.dataSync(), 1e-6);
        for (const [i, name] of names.entries())
          expect(() => expectClose(some.grads[i].dataSync(), all.grads[i].dataSync(), 1e-6), name).not.toThrow();
      });
    },
  );
});
