import { Button, Group, Modal, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import type { AmbiguousSliceError } from "../../core/io/ambiguous-slice";
import { useLab } from "../../state/lab";
import { formatCount } from "../format/numbers";

const holds = { counts: "looks like counts", log1p: "looks like log1p values", unknown: "not clear" } as const;

/** A file that can be read in several ways: the person says which. */
export function QuestionDialog() {
  const question = useLab((s) => s.question);
  const dismiss = useLab((s) => s.dismissQuestion);
  const answer = useLab((s) => s.answerQuestion);
  const [matrix, setMatrix] = useState<string | null>(null);
  const choices = (question?.error as AmbiguousSliceError | undefined)?.choices ?? [];
  const chosen = choices.some((c) => c.matrix === matrix) ? matrix : (choices[0]?.matrix ?? null);
  return (
    <Modal opened={question !== null} onClose={dismiss} title={`How to read ${question?.file.name ?? ""}`} centered>
      <p style={{ margin: "0 0 8px" }}>{question?.error.message}</p>
      <p className="label" style={{ margin: "0 0 12px" }}>
        {question?.error.hint}
      </p>
      <Radio.Group value={chosen} onChange={setMatrix} aria-label="Expression to read">
        <Stack gap={8}>
          {choices.map((c) => (
            <Radio
              key={c.matrix}
              value={c.matrix}
              label={c.matrix}
              description={`${formatCount(c.nVars)} genes, ${holds[c.holds]}`}
            />
          ))}
        </Stack>
      </Radio.Group>
      <Group justify="flex-end" mt={16} gap={8}>
        <Button variant="default" onClick={dismiss}>
          Leave it closed
        </Button>
        <Button disabled={chosen === null} onClick={() => chosen !== null && void answer({ matrix: chosen })}>
          Read this
        </Button>
      </Group>
    </Modal>
  );
}
