import { Button, type ButtonProps, FileButton as FilePicker } from "@mantine/core";
import type { ReactNode } from "react";
import { useLab } from "../../state/lab";

/** A button that asks for a file, or for several as sections of one slice, and opens them. */
export function FileButton({ children, ...button }: ButtonProps & { children: ReactNode }) {
  const openFiles = useLab((s) => s.openFiles);
  return (
    <FilePicker multiple accept=".h5ad,.arrow,.feather,.h5" onChange={(files) => void openFiles(files)}>
      {(props) => (
        <Button {...button} {...props}>
          {children}
        </Button>
      )}
    </FilePicker>
  );
}
