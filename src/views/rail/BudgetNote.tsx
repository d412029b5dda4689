import { Button } from "@mantine/core";
import { overLimit } from "../../core/train/over-limit";
import { subjectOf } from "../../state/budget-slice";
import { useLab } from "../../state/lab";
import { formatBytes, formatCount, formatDuration } from "../format/numbers";
import { Fact, Facts } from "../kit/Fact";
import { NumberKnob } from "../kit/Knob";
import notes from "../kit/notes.module.css";
import { More } from "./More";
import { terms } from "./terms";

const GIB = 2 ** 30;

/** Before a run: what it will take, by part, against the limit; over it, what brings it under. */
export function BudgetNote() {
  const budget = useLab((s) => s.budget);
  const old = useLab((s) => s.budget.kind === "ready" && s.budget.about !== subjectOf(s));
  const epochs = useLab((s) => s.recipe.epochs);
  const nObs = useLab((s) => s.slice?.summary.nObs ?? 0);
  const limit = useLab((s) => s.memoryLimit);
  const { setMemoryLimit, applyMend } = useLab.getState();
  if (budget.kind === "none") return null;
  const { verdict, probe, measuring } = budget;
  const { budget: memory, over, mend } = verdict;
  const time = probe
    ? ` and ${formatDuration(probe.milliseconds)} an epoch, ${formatDuration(probe.milliseconds * epochs)} in all.`
    : `.${measuring ? " Measuring an epoch …" : ""}`;
  return (
    <div data-testid="budget" style={{ marginTop: 8, opacity: old ? 0.5 : 1 }}>
      {over ? (
        <OverLimit error={overLimit(over, mend)} mend={mend?.recipe ? mend.words : null} onMend={applyMend} />
      ) : (
        <p className="numeric" style={{ margin: 0 }} role="status">
          About {formatBytes(memory.totalBytes)}
          {time}
        </p>
      )}
      <More label="What for">
        <Facts>
          <Fact name="Expression" definition={terms.budgetExpression}>
            {formatBytes(memory.parts.expression)}
          </Fact>
          <Fact name="Graph">{formatBytes(memory.parts.graph)}</Fact>
          <Fact name="Weights" definition={terms.budgetWeights}>
            {formatBytes(memory.parts.weights)}
          </Fact>
          <Fact name="Activations" definition={terms.budgetActivations}>
            {formatBytes(memory.parts.activations)}
          </Fact>
          <Fact name="Working space" definition={terms.budgetWorking}>
            {formatBytes(memory.parts.working)}
          </Fact>
          <Fact name="Embedding to show">{formatBytes(memory.parts.embedding)}</Fact>
          <Fact name="Largest array" definition={terms.budgetLargest}>
            {formatBytes(memory.largestBytes)}
          </Fact>
          {probe && (
            <Fact name="Time measured on" definition={terms.budgetProbe}>
              {probe.cells === nObs ? "all cells" : `${formatCount(probe.cells)} cells`}
            </Fact>
          )}
        </Facts>
        <NumberKnob
          label="Memory limit"
          definition={terms.memoryLimit}
          value={limit / GIB}
          initial={useLab.getInitialState().memoryLimit / GIB}
          onChange={(gibibytes) => setMemoryLimit(gibibytes * GIB)}
          min={0.01}
          max={1024}
          step={0.5}
          unit="GiB"
        />
      </More>
    </div>
  );
}

function OverLimit({
  error: { message, hint },
  mend,
  onMend,
}: {
  error: { message: string; hint: string };
  mend: string | null;
  onMend: () => void;
}) {
  return (
    <div className={notes.error} role="alert">
      <div>{message}</div>
      <div className={notes.hint}>{hint}</div>
      {mend && (
        <Button mt={6} variant="default" size="compact-xs" onClick={onMend}>
          Use {mend}
        </Button>
      )}
    </div>
  );
}
