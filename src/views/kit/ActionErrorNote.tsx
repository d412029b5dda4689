import { useLab } from "../../state/lab";
import type { ViewState } from "../../state/lab-state";
import { ErrorNote } from "./ErrorNote";

/** A small request that failed, shown where it was made. */
export function ActionErrorNote({ where }: { where: NonNullable<ViewState["actionError"]>["where"] }) {
  const failed = useLab((s) => s.actionError);
  const dismiss = useLab((s) => s.dismissActionError);
  return failed?.where === where ? <ErrorNote error={failed.error} onDismiss={dismiss} /> : null;
}
