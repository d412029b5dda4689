import { type ClusterMethod, defaultClusterWay } from "../../../core/study/clustering/cluster-way";
import { SegmentsKnob, SelectKnob } from "../../kit/ChoiceKnob";
import { NumberKnob } from "../../kit/Knob";
import type { DraftPart } from "./plan-draft";
import { studyTerms } from "./words";

const clusterNames: readonly { readonly value: ClusterMethod; readonly label: string }[] = [
  { value: "leiden-to-k", label: "Leiden, to k" },
  { value: "leiden", label: "Leiden" },
  { value: "k-means", label: "k-means" },
  { value: "gmm", label: "Gaussian mixture" },
  { value: "consensus", label: "Consensus of mixtures" },
];

const nameOfWay = (method: ClusterMethod) => clusterNames.find(({ value }) => value === method)?.label;

/** How embeddings are cut into clusters. */
export function ClusterFields({ draft: { clustering }, set }: DraftPart) {
  const change = (part: Partial<typeof clustering>): void => set({ clustering: { ...clustering, ...part } });
  return (
    <>
      <SelectKnob
        label="Clusters by"
        definition={studyTerms.cluster}
        changedFrom={
          clustering.method === defaultClusterWay.method ? null : `default ${nameOfWay(defaultClusterWay.method)}`
        }
        onReset={() => change({ method: defaultClusterWay.method })}
        width={138}
        data={clusterNames}
        value={clustering.method}
        onChange={(method) => change({ method })}
      />
      {clustering.method === "leiden" ? (
        <NumberKnob
          label="Resolution"
          definition={studyTerms.resolution}
          value={clustering.resolution}
          initial={defaultClusterWay.resolution}
          onChange={(resolution) => change({ resolution })}
          min={0.01}
          max={20}
          step={0.1}
        />
      ) : (
        <>
          <SegmentsKnob
            label="Clusters k"
            definition={studyTerms.k}
            onReset={() => change({ k: "classes" })}
            data={[
              { value: "classes", label: "as classes" },
              { value: "number", label: "number" },
            ]}
            value={clustering.k === "classes" ? "classes" : "number"}
            onChange={(value) => change({ k: value === "classes" ? "classes" : 8 })}
          />
          {clustering.k !== "classes" && (
            <NumberKnob
              label="k"
              definition={studyTerms.k}
              value={clustering.k}
              initial={8}
              onChange={(k) => change({ k })}
              min={1}
              max={200}
              integer
            />
          )}
        </>
      )}
      <NumberKnob
        label="Refine by"
        definition={studyTerms.refine}
        value={clustering.refine}
        initial={defaultClusterWay.refine}
        onChange={(refine) => change({ refine })}
        min={0}
        max={500}
        integer
      />
    </>
  );
}
