import { useEffect } from "react";
import { useLab } from "../state/lab";
import { type Screen, screens } from "../state/lab-state";

/** The screen that an address asks for: what stands behind its "#", the lab where that is no screen. */
export function screenOf(hash: string): Screen {
  return screens.find((screen) => hash === `#${screen}`) ?? "lab";
}

/** Shows the screen that the address names, so that a reload, a bookmark and the browser's Back keep it. */
export function useAddress(): void {
  useEffect(() => {
    const follow = (): void => useLab.getState().setScreen(screenOf(location.hash));
    window.addEventListener("hashchange", follow);
    return () => window.removeEventListener("hashchange", follow);
  }, []);
}
