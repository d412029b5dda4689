import { Button, FileButton } from "@mantine/core";
import { useState } from "react";
import { type LabError, toLabError } from "../../../core/errors";
import { type AnnotationRecipe, validateAnnotationRecipe } from "../../../core/study/annotation/recipe-file";
import { ErrorNote } from "../../kit/ErrorNote";
import notes from "../../kit/notes.module.css";

/** Reads a recipe of the command line and of the SpatialSSL pipeline, and says what was wrong with it or read over. */
export function RecipeButton({ take }: { take: (recipe: AnnotationRecipe) => void }) {
  const [told, setTold] = useState<{ words: string } | { error: LabError } | null>(null);
  const read = async (file: File): Promise<void> => {
    try {
      const { parseRecipe } = await import("../../../core/study/annotation/recipe-text");
      const recipe = validateAnnotationRecipe(parseRecipe(await file.text(), file.name));
      take(recipe);
      setTold({ words: [`Filled in from ${file.name}.`, ...recipe.notes].join(" ") });
    } catch (thrown) {
      setTold({ error: toLabError(thrown) });
    }
  };
  return (
    <>
      <FileButton accept=".json,.yaml,.yml" onChange={(file) => file && void read(file)}>
        {(props) => (
          <Button
            fullWidth
            variant="default"
            mb={8}
            title="JSON or YAML, as study annotation --recipe takes it"
            {...props}
          >
            Open a recipe
          </Button>
        )}
      </FileButton>
      {told && "words" in told && <p className={notes.note}>{told.words}</p>}
      {told && "error" in told && (
        <ErrorNote title="The recipe was not taken" error={told.error} onDismiss={() => setTold(null)} />
      )}
    </>
  );
}
