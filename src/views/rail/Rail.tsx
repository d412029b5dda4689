import { useState } from "react";
import { useLab } from "../../state/lab";
import { GraphStep } from "./GraphStep";
import { ModelStep } from "./ModelStep";
import { SliceStep } from "./SliceStep";
import { Step } from "./Step";
import { graphResult, modelResult, sliceResult, trainResult } from "./step-results";
import { TrainStep } from "./TrainStep";

type Name = "slice" | "graph" | "model" | "train";

/** The four steps of the work, in order. */
export function Rail() {
  const [open, setOpen] = useState<ReadonlySet<Name>>(new Set<Name>(["train"]));
  const slice = useLab(sliceResult);
  const graph = useLab(graphResult);
  const model = useLab(modelResult);
  const train = useLab(trainResult);
  const failed = useLab((s) => s.openError !== null || s.opening !== null);
  const graphFailed = useLab((s) => s.graph.kind === "failed");
  const sliceState = useLab((s) => (s.openError ? "failed" : s.opening ? "working" : s.slice ? "ready" : "waiting"));
  const graphState = useLab((s) => graphStates[s.graph.kind]);
  const trainState = useLab((s) => trainStates[s.run.kind]);

  const toggle = (name: Name) => () => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  // a step with something to say about a failure or about waiting is never folded away
  const isOpen = (name: Name): boolean =>
    open.has(name) || (name === "slice" && failed) || (name === "graph" && graphFailed);
  return (
    <>
      <Step
        number={1}
        title="Slice"
        result={slice}
        state={sliceState}
        open={isOpen("slice")}
        onToggle={toggle("slice")}
      >
        <SliceStep />
      </Step>
      <Step
        number={2}
        title="Graph"
        result={graph}
        state={graphState}
        open={isOpen("graph")}
        onToggle={toggle("graph")}
      >
        <GraphStep />
      </Step>
      <Step number={3} title="Model" result={model} state="ready" open={isOpen("model")} onToggle={toggle("model")}>
        <ModelStep />
      </Step>
      <Step
        number={4}
        title="Train"
        result={train}
        state={trainState}
        open={isOpen("train")}
        onToggle={toggle("train")}
      >
        <TrainStep />
      </Step>
    </>
  );
}

const graphStates = { none: "waiting", building: "working", ready: "ready", failed: "failed" } as const;
const trainStates = {
  idle: "waiting",
  preparing: "working",
  training: "working",
  paused: "waiting",
  done: "ready",
  failed: "failed",
} as const;
