import { Button, Menu } from "@mantine/core";
import type { AnyStudy } from "../../state/study-state";

interface ExportMenuProps {
  readonly study: Pick<AnyStudy, "finished">;
  readonly onTable: () => void;
  readonly onFolder: () => void;
}

/** A study as files, once a run of it is there. */
export function ExportMenu({ study, onTable, onFolder }: ExportMenuProps) {
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" disabled={study.finished.size === 0}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onTable}>Table of all runs, CSV</Menu.Item>
        <Menu.Item onClick={onFolder}>Folder for the command line, zip</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
