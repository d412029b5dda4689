import { Button, Popover, Select } from "@mantine/core";
import { useLab } from "../../state/lab";
import type { StudyHead } from "../../state/study-archive";
import { type AnyPlan, isAnnotation } from "../../state/study-state";
import { AnnotationFacts } from "./annotation/AnnotationFacts";
import { StudyFacts } from "./clustering/StudyFacts";
import styles from "./Studies.module.css";

/** The studies of one kind that this browser keeps: one is shown, or a new one is set up. */
export function StudyChooser({ kind }: { kind: AnyPlan["kind"] }) {
  const kept = useLab((s) => s.studies);
  const study = useLab((s) => s.study);
  const busy = useLab((s) => ["starting", "running", "paused"].includes(s.queue.kind));
  const { showStudy, newStudy } = useLab.getState();
  const studies = kept?.filter(({ plan }) => plan.kind === kind);
  if (!studies) return <p className="label">Looking up kept studies.</p>;
  return (
    <div className={styles.chooser}>
      {studies.length > 0 && (
        <Select
          label="Study"
          aria-label="Study shown"
          data={[{ value: "new", label: "New study" }, ...studies.map((s) => ({ value: s.id, label: studyTitle(s) }))]}
          value={study?.head.id ?? "new"}
          onChange={(id) => (id === "new" ? newStudy() : id && void showStudy(id))}
          allowDeselect={false}
          disabled={busy}
        />
      )}
      {studies.length === 0 && <h2>New study</h2>}
      {study && (
        <>
          {isAnnotation(study) ? <AnnotationFacts study={study} /> : <StudyFacts study={study} />}
          <div className={styles.chooserButtons}>
            <Button variant="default" disabled={busy} onClick={newStudy}>
              New study
            </Button>
            <RemoveButton head={study.head} disabled={busy} />
          </div>
        </>
      )}
    </div>
  );
}

/** "cortex · layer · 21 Nov, 14:05". */
function studyTitle({ plan, created }: StudyHead): string {
  const [name, label, more] =
    plan.kind === "annotation"
      ? [plan.slice, plan.label, ""]
      : [
          plan.slices[0].name,
          plan.slices[0].label,
          plan.slices.length > 1 ? ` and ${plan.slices.length - 1} more` : "",
        ];
  const when = new Date(created).toLocaleString("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${name}${more} · ${label} · ${when}`;
}

/** Asks once more, since nothing brings the runs back. */
function RemoveButton({ head, disabled }: { head: StudyHead; disabled: boolean }) {
  const removeStudy = useLab((s) => s.removeStudy);
  return (
    <Popover position="bottom-end" width={230} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" disabled={disabled}>
          Delete
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p style={{ margin: "0 0 8px" }}>All runs of this study go with it.</p>
        <Button variant="default" c="var(--lab-bad)" fullWidth onClick={() => void removeStudy(head.id)}>
          Delete the study
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
