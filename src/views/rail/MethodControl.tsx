import { Button, Select, Tooltip } from "@mantine/core";
import { methodCatalog, methodIds, type SslMethodId } from "../../core/ssl/catalog";
import type { ConfigValue, Field, MethodInfo } from "../../core/ssl/method-info";
import { studyRecipe } from "../../core/train/presets";
import type { RunRecipe } from "../../core/train/recipe";
import { useLab } from "../../state/lab";
import { labelsIn, looksAtLabel, needsLabel, withLabel, withMethod } from "../../state/recipe-method";
import { KnobRow, NumberKnob } from "../kit/Knob";
import { Toggle } from "../kit/Toggle";
import { terms } from "./terms";

/** The study's settings on this slice's graph, with the backbone, epochs and seed that are set. */
function inStudy({ method, label, backbone, graph, epochs, seed }: RunRecipe): RunRecipe {
  return { ...studyRecipe(method), ...(label && { label }), backbone, graph, epochs, seed };
}

/** What the network is asked to learn; another method begins with its own settings. */
export function MethodControl() {
  const method = useLab((s) => s.recipe.method);
  const looks = useLab((s) => looksAtLabel(s.recipe));
  const edit = useLab((s) => s.editRecipe);
  const slice = useLab((s) => s.slice);
  const label = useLab((s) => s.label);
  const learned = useLab((s) => s.recipe.label?.name ?? null);
  const labels = labelsIn(slice);
  const choose = (id: SslMethodId): void => {
    if (id !== method) edit((r) => withMethod(r, id, label ?? labels[0] ?? null));
  };
  const learn = (name: string): void => edit((r) => ({ ...r, label: { name, leaveOut: [] } }));
  const offered = methodIds.filter((id) => labels.length > 0 || !needsLabel(id));
  return (
    <>
      <Tooltip label={terms.method} position="right">
        <Select
          aria-label="Method"
          data={offered.map((id) => ({ value: id, label: methodCatalog[id].name }))}
          value={method}
          onChange={(id) => id && choose(id as SslMethodId)}
          allowDeselect={false}
          mb={6}
        />
      </Tooltip>
      <p className="label" style={{ margin: "0 0 6px" }}>
        {methodCatalog[method].sentence}
      </p>
      {looks && (
        <KnobRow
          label={needsLabel(method) ? "Learn" : "Types from"}
          definition={needsLabel(method) ? terms.learnedLabel : terms.maskLabel}
          changedFrom={null}
          onReset={() => {}}
        >
          {(id) => (
            <Select
              id={id}
              w={150}
              data={labels}
              value={learned}
              onChange={(name) => name && learn(name)}
              allowDeselect={false}
            />
          )}
        </KnobRow>
      )}
      <Tooltip label={terms.study} position="right">
        <Button variant="default" size="compact-xs" mb={6} onClick={() => edit(inStudy)}>
          Use the study's settings
        </Button>
      </Tooltip>
    </>
  );
}

/** The method's own settings. */
export function MethodKnobs() {
  const { method, config } = useLab((s) => s.recipe);
  const edit = useLab((s) => s.editRecipe);
  const slice = useLab((s) => s.slice);
  const label = useLab((s) => s.label);
  const { fields, defaults }: MethodInfo = methodCatalog[method];
  return Object.entries(fields).map(([key, field]) => (
    <ConfigKnob
      key={key}
      field={field}
      value={config[key]}
      initial={defaults[key]}
      onChange={(value) =>
        edit((r) => withLabel({ ...r, config: { ...r.config, [key]: value } }, label ?? labelsIn(slice)[0] ?? null))
      }
    />
  ));
}

interface ConfigKnobProps {
  readonly field: Field;
  readonly value: ConfigValue;
  readonly initial: ConfigValue;
  readonly onChange: (value: ConfigValue) => void;
}

function ConfigKnob({ field, value, initial, onChange }: ConfigKnobProps) {
  const { label, words: definition } = field;
  switch (field.kind) {
    case "flag":
      return <Toggle label={label} definition={definition} checked={value === true} onChange={onChange} />;
    case "choice":
      return (
        <KnobRow
          label={label}
          definition={definition}
          changedFrom={value === initial ? null : `default ${initial}`}
          onReset={() => onChange(initial)}
        >
          {(id) => (
            <Select
              id={id}
              w={92}
              data={[...field.options]}
              value={String(value)}
              onChange={(next) => next && onChange(next)}
              allowDeselect={false}
            />
          )}
        </KnobRow>
      );
    default:
      return (
        <NumberKnob
          label={label}
          definition={definition}
          value={Number(value)}
          initial={Number(initial)}
          onChange={onChange}
          min={field.min}
          max={field.max}
          step={field.step}
          integer={field.kind === "integer"}
        />
      );
  }
}
