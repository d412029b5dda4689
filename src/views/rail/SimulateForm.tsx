import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import type { SimulateOptions } from "../../core/simulate/simulate-slice";
import { useLab } from "../../state/lab";
import { NumberKnob } from "../kit/Knob";
import { terms } from "./terms";
import { defaultTissue } from "./tissue";

/** Tissue with known truth, of the kind and size that is asked for. */
export function SimulateForm() {
  const [options, setOptions] = useState<Required<typeof defaultTissue>>(defaultTissue);
  const openSimulated = useLab((s) => s.openSimulated);
  const set = (part: Partial<typeof defaultTissue>): void => setOptions({ ...options, ...part });
  return (
    <>
      <SegmentedControl
        aria-label="Tissue"
        data={[
          { value: "cortex", label: "Cortex" },
          { value: "embryo", label: "Embryo" },
          { value: "hypothalamus", label: "Hypothal." },
        ]}
        value={options.tissue}
        onChange={(tissue) => set({ tissue: tissue as SimulateOptions["tissue"] })}
        mb={6}
      />
      <NumberKnob
        label="Cells"
        definition={terms.cells}
        value={options.nCells}
        initial={defaultTissue.nCells}
        onChange={(nCells) => set({ nCells })}
        min={1000}
        max={5_000_000}
        step={1000}
        integer
      />
      <NumberKnob
        label="Genes"
        definition={terms.genes}
        value={options.nGenes}
        initial={defaultTissue.nGenes}
        onChange={(nGenes) => set({ nGenes })}
        min={20}
        max={20_000}
        step={50}
        integer
      />
      <NumberKnob
        label="Sections"
        definition={terms.sections}
        value={options.nSections}
        initial={defaultTissue.nSections}
        onChange={(nSections) => set({ nSections })}
        min={1}
        max={12}
        integer
      />
      <NumberKnob
        label="Seed"
        definition={terms.seed}
        value={options.seed}
        initial={defaultTissue.seed}
        onChange={(seed) => set({ seed })}
        min={0}
        max={4_294_967_295}
        integer
      />
      <Button fullWidth mt={6} variant="default" onClick={() => void openSimulated(options)}>
        Simulate
      </Button>
    </>
  );
}
