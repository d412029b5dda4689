import { useEffect } from "react";
import { useLab } from "../state/lab";
import { useStage } from "./stage/stage-store";

const panStep = 60; // pixels

/** What a key does on the page; anything typed into a field or meant for a control stays there. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!isFree(event.target)) return;
      const action = actionOf(event.key);
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** True where no control wants the key: the page itself or the stage. */
function isFree(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return true;
  if (target.closest("[role=dialog], [role=listbox]")) return false;
  return target === document.body || target.closest("[data-stage]") === target;
}

function actionOf(key: string): (() => void) | null {
  const lab = useLab.getState();
  const stage = useStage.getState();
  const view = lab.stage;
  switch (key) {
    case " ":
      return () => (lab.run.kind === "training" ? lab.pause() : void lab.train());
    case ".":
      return () => void lab.step();
    case "0":
      return () => stage.fit(view);
    case "+":
    case "=":
      return () => stage.zoom(view, 0.5);
    case "-":
      return () => stage.zoom(view, -0.5);
    case "ArrowLeft":
      return () => stage.pan(view, -panStep, 0);
    case "ArrowRight":
      return () => stage.pan(view, panStep, 0);
    case "ArrowUp":
      return () => stage.pan(view, 0, -panStep);
    case "ArrowDown":
      return () => stage.pan(view, 0, panStep);
    case "Escape":
      return () => lab.select(null);
    default:
      return null;
  }
}
