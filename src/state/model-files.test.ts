import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { holdModel, isModelFile, modelAmong } from "./model-files";

const weights = Uint8Array.of(1, 2, 3);
const file = (name: string, bytes: Uint8Array<ArrayBuffer>): File => new File([bytes], name);

test("a model is found alone, among the files of a folder, and in a zip", async () => {
  const alone = await modelAmong([file("mine.safetensors", weights)]);
  expect([alone.name, [...alone.bytes]]).toEqual(["mine.safetensors", [1, 2, 3]]);
  const folder = [file("run.json", strToU8("{}") as Uint8Array<ArrayBuffer>), file("model.safetensors", weights)];
  expect((await modelAmong(folder)).name).toBe("model.safetensors");
  const zip = zipSync({
    "m/other.safetensors": Uint8Array.of(9),
    "m/model.safetensors": weights,
    "m/run.json": weights,
  });
  const packed = await modelAmong([file("model.zip", zip as Uint8Array<ArrayBuffer>)]);
  expect([packed.name, [...packed.bytes]]).toEqual(["model.zip", [1, 2, 3]]);
});

test("what holds no model says so, and slices are none", async () => {
  await expect(modelAmong([file("run.json", weights)])).rejects.toMatchObject({ code: "missing" });
  const empty = zipSync({ "run.json": weights }) as Uint8Array<ArrayBuffer>;
  await expect(modelAmong([file("a.zip", empty)])).rejects.toMatchObject({ code: "missing" });
  await expect(modelAmong([file("b.zip", weights)])).rejects.toMatchObject({ code: "format" });
  expect(["a.h5ad", "a.arrow", "a.zip", "A.SafeTensors"].map((name) => isModelFile({ name }))).toEqual([
    false,
    false,
    true,
    true,
  ]);
});

test("files are a model's where weights are among them or listed in a zip, and a slice's or nobody's otherwise", async () => {
  const packed = zipSync({ "m/model.safetensors": weights }) as Uint8Array<ArrayBuffer>;
  const other = zipSync({ "slice.h5ad": weights }) as Uint8Array<ArrayBuffer>;
  const held = (...files: File[]) => holdModel(files);
  expect(await held(file("run.json", weights), file("MODEL.SafeTensors", weights))).toBe(true);
  expect(await held(file("a.zip", packed))).toBe(true);
  expect(await held(file("a.zip", other))).toBe(false);
  expect(await held(file("a.zip", Uint8Array.of(80, 75, 3, 4)))).toBe(false);
  expect(await held(file("slice.h5ad", packed))).toBe(false);
});
