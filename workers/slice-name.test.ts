import { describe, expect, test } from "vitest";
import type { DataApi } from "./protocol";
import { sliceName } from "./slice-name";

const options = {};
const fileOf = (name: string) => new File([], name);

describe("a slice bears the name of its file", () => {
  test.each([
    ["osmfish.h5ad", "osmfish"],
    ["MERFISH.H5AD", "MERFISH"],
    ["section 3.hdf5", "section 3"],
    ["section.3.h5", "section.3"],
    ["slice.h5ad.arrow", "slice.h5ad"],
    ["slice.feather", "slice"],
    ["slice.ipc", "slice"],
    ["no ending", "no ending"],
    ["export.dat", "export.dat"],
    ["h5ad", "h5ad"],
    [".h5ad", ".h5ad"],
    ["slice.h5ad.gz", "slice.h5ad.gz"],
  ])("%s is %s, dropped or served", (file, name) => {
    expect(sliceName({ kind: "file", file: fileOf(file), options }, "inside")).toBe(name);
    expect(sliceName({ kind: "url", url: "/slice/0", name: file, options }, "inside")).toBe(name);
  });
});

test("several files together and simulated tissue keep the name they were made with", () => {
  const files = [fileOf("a.h5ad"), fileOf("b.h5ad")];
  expect(sliceName({ kind: "files", files, options }, "a + b")).toBe("a + b");
  const simulated = { kind: "simulate", options: {} } as unknown as DataApi["open"]["request"];
  expect(sliceName(simulated, "cortex")).toBe("cortex");
});
