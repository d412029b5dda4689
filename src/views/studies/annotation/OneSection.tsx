import { Button } from "@mantine/core";
import { useLab } from "../../../state/lab";
import notes from "../../kit/notes.module.css";

/** Instead of the form where nothing could be held out, with what to do about it. */
export function OneSection({ name }: { name: string }) {
  const openSimulated = useLab((s) => s.openSimulated);
  return (
    <>
      <p className={`${notes.note} ${notes.warning}`}>
        {name} has one section, so none can be held out to test on. Neighbouring cells of one section are too alike for
        a fair test.
      </p>
      <p className={notes.note}>
        Open several files together in the lab, which become sections of one slice, or a file with a section column; or
        try it on simulated sections.
      </p>
      <Button
        fullWidth
        variant="default"
        onClick={() => void openSimulated({ tissue: "hypothalamus", nCells: 4000, nSections: 4 })}
      >
        Simulate four sections
      </Button>
    </>
  );
}
