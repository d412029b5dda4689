import { Button, SegmentedControl } from "@mantine/core";
import type { ClusterRequest } from "../../../workers/protocol";
import { useLab } from "../../state/lab";
import { NumberKnob } from "../kit/Knob";
import { terms } from "./terms";

/** How clusters are found: Leiden at a resolution, Leiden brought to k clusters, or k-means. */
export function ClusterForm() {
  const request = useLab((s) => s.clusterRequest);
  const set = useLab((s) => s.setClusterRequest);
  const cluster = useLab((s) => s.cluster);
  const busy = useLab((s) => s.analysing !== null);
  const nClasses = useLab((s) => {
    const column = s.slice?.obs.find((c) => c.name === s.label);
    return column?.kind === "categorical" ? column.categories.length : 8;
  });
  const { seed } = request;
  const choose = (method: string): void => {
    if (method === "leiden") set({ method, resolution: 1, seed });
    else set({ method: method as "leiden-to-k" | "k-means", k: nClasses, seed });
  };
  return (
    <>
      <SegmentedControl
        aria-label="Clustering"
        data={
          [
            { value: "leiden", label: "Leiden" },
            { value: "leiden-to-k", label: "Leiden, k" },
            { value: "k-means", label: "k-means" },
          ] satisfies { value: ClusterRequest["method"]; label: string }[]
        }
        value={request.method}
        onChange={choose}
        mb={4}
      />
      {request.method === "leiden" ? (
        <NumberKnob
          label="Resolution"
          definition={terms.resolution}
          value={request.resolution}
          initial={1}
          onChange={(resolution) => set({ ...request, resolution })}
          min={0.01}
          max={20}
          step={0.1}
        />
      ) : (
        <NumberKnob
          label="Clusters k"
          definition={terms.kClusters}
          value={request.k}
          initial={nClasses}
          onChange={(k) => set({ ...request, k })}
          min={2}
          max={200}
          integer
        />
      )}
      <Button fullWidth mt={4} variant="default" disabled={busy} onClick={() => void cluster()}>
        Cluster
      </Button>
    </>
  );
}
