import { useEffect } from "react";
import { useLab } from "../state/lab";
import { useStage } from "./stage/stage-store";

const panStep = 60; // pixels

/** What a key does on the page; anything typed into a field or meant for a control stays there. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (!isFree(event.target, event.key)) return;
      const action = actionOf(event.key);
      if (!action) return;
      event.preventDefault();
      action();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** True where no control wants this key. */
function isFree(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return true;
  if (target.closest("[role=dialog], [role=listbox], [role=slider], [contenteditable]")) return false;
  if (target.closest("[data-stage]")) return true;
  const isChoice = target.matches("input[type=radio], input[type=checkbox]");
  if (target.matches("input, textarea, select") && !isChoice) return false;
  // buttons and choices keep the keys that press and move them
  return isChoice || target.closest("button, a") ? key !== " " && !key.startsWith("Arrow") : true;
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
