import { Button, type ButtonProps, FileButton as FilePicker } from "@mantine/core";
import type { ReactNode } from "react";
import { useLab } from "../../state/lab";

/** A button that asks for a file and opens it. */
export function FileButton({ children, ...button }: ButtonProps & { children: ReactNode }) {
  const openFile = useLab((s) => s.openFile);
  return (
    <FilePicker accept=".h5ad,.arrow,.feather,.h5" onChange={(file) => file && void openFile(file)}>
      {(props) => (
        <Button {...button} {...props}>
          {children}
        </Button>
      )}
    </FilePicker>
  );
}
