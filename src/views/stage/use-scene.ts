import { type RefObject, useEffect, useRef, useState } from "react";
import { useLab } from "../../state/lab";
import { createScene, type Scene, type SceneContent } from "./scene";
import { useStage } from "./stage-store";

/** What the page gives the scene; cameras and places come from the stage itself. */
export type PageContent = Omit<SceneContent, "rects" | "cameras">;

/**
 * Keeps a scene in `parent` drawn with the newest content.
 * Cameras go past React: a drag redraws the canvas, not the page.
 *
 * @returns why nothing can be drawn, null while all is well
 */
export function useScene(parent: RefObject<HTMLDivElement | null>, content: PageContent): string | null {
  const [failure, setFailure] = useState<string | null>(null);
  const scene = useRef<Scene | null>(null);
  const newest = useRef(content);

  useEffect(() => {
    if (!parent.current) return;
    try {
      scene.current = createScene(parent.current, {
        onMove: (view, camera) => useStage.getState().move(view, camera),
        onError: (error) => setFailure(error.message),
      });
    } catch (thrown) {
      setFailure(thrown instanceof Error ? thrown.message : String(thrown));
    }
    const stop = useStage.subscribe((state, before) => {
      if (state.cameras === before.cameras && state.rects === before.rects) return;
      scene.current?.draw({ ...newest.current, cameras: state.cameras, rects: state.rects });
      const { main } = newest.current;
      // what was under the pointer has moved away from it
      if (state.cameras[main] !== before.cameras[main]) useLab.getState().hover(null);
    });
    return () => {
      stop();
      scene.current?.destroy();
      scene.current = null;
    };
  }, [parent]);

  useEffect(() => {
    newest.current = content;
    const { cameras, rects } = useStage.getState();
    scene.current?.draw({ ...content, cameras, rects });
  }, [content]);
  return failure;
}
