import { expect, test } from "vitest";
import { readFlags } from "./flags";

test("an empty address is dark, chooses the backend itself and refuses software GPUs", () => {
  expect(readFlags("")).toEqual({ theme: "dark", backend: "auto", software: false });
});

test("flags are read and unknown values ignored", () => {
  expect(readFlags("?theme=light&backend=webgpu&software=1")).toEqual({
    theme: "light",
    backend: "webgpu",
    software: true,
  });
  expect(readFlags("?theme=pink&backend=cuda")).toEqual(readFlags(""));
});
