import { getThreads } from "./engine";
import type { LabState } from "./lab-state";

/** Recolouring more often would take time from training and not be seen. */
const frameEveryMs = 200;

/**
 * Asks for colours of the embedding again and again while a run trains.
 * The next frame is asked for only after the last one came, so that a slow device is never queued up.
 */
export function startLiveView(set: (part: Partial<LabState>) => void, get: () => LabState): { stop(): Promise<void> } {
  let running = true;
  const frame = async (): Promise<void> => {
    const { analysis } = await getThreads();
    const { colors, plane } = await analysis("live", null);
    const state = get();
    set({
      liveColors: colors,
      liveVersion: state.liveVersion + 1,
      plane,
      planeKind: "live",
      planeVersion: state.planeVersion + 1,
    });
  };
  let wake = (): void => {};
  /** Waits; a hidden page waits until it is seen again, since nobody looks and its timers run up to a minute late. */
  const rest = (milliseconds: number): Promise<void> =>
    new Promise((resolve) => {
      const seen = (): void => {
        if (!document.hidden) wake();
      };
      wake = () => {
        document.removeEventListener("visibilitychange", seen);
        resolve();
      };
      document.addEventListener("visibilitychange", seen);
      if (!document.hidden) setTimeout(wake, milliseconds);
    });
  const loop = async (): Promise<void> => {
    while (running) {
      const began = performance.now();
      await frame().catch(() => {
        // the run itself reports what went wrong; colours simply stop changing
        running = false;
      });
      const spent = performance.now() - began;
      // at least half of the time is left to training
      if (running) await rest(Math.max(frameEveryMs - spent, spent));
    }
  };
  const done = loop();
  return {
    async stop() {
      const healthy = running;
      running = false;
      wake();
      await done;
      // the last word is the newest embedding
      if (healthy) await frame().catch(() => {});
    },
  };
}
