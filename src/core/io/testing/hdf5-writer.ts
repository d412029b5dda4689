import { File as H5File } from "h5wasm";
import { hdf5Module } from "../hdf5-module";

type Numbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What a test file holds: groups of groups and datasets, in the words of HDF5. */
export type Tree = { readonly [name: string]: Node };
export type Node =
  | { readonly attrs?: Attributes; readonly group: Tree }
  | { readonly attrs?: Attributes; readonly data: Numbers | readonly string[]; readonly shape?: readonly number[] };
type Attributes = Readonly<Record<string, string | readonly string[] | readonly number[]>>;

let files = 0;

/** The bytes of an HDF5 file, for tests. */
export async function writeHdf5(tree: Tree): Promise<Uint8Array> {
  const { FS } = await hdf5Module();
  const path = `/written-${files++}.h5`;
  const file = new H5File(path, "w");
  writeGroup(file, tree);
  file.close();
  const bytes = (FS as unknown as { readFile(path: string): Uint8Array }).readFile(path).slice();
  (FS as unknown as { unlink(path: string): void }).unlink(path);
  return bytes;
}

type Group = Pick<H5File, "create_group" | "create_dataset">;
type Attributed = Pick<H5File, "create_attribute">;

function writeGroup(parent: Group, tree: Tree): void {
  for (const [name, node] of Object.entries(tree)) {
    if ("group" in node) {
      const group = parent.create_group(name);
      writeAttributes(group, node.attrs);
      writeGroup(group, node.group);
    } else {
      const isText = !ArrayBuffer.isView(node.data);
      const data = isText ? [...node.data] : (node.data as Float32Array);
      const shape = [...(node.shape ?? [node.data.length])];
      // variable-length text cannot be guessed from no strings at all
      const dataset = parent.create_dataset({ name, data, shape, ...(isText && { dtype: "S" }) });
      writeAttributes(dataset, node.attrs);
    }
  }
}

function writeAttributes(object: Attributed, attrs: Attributes = {}): void {
  for (const [name, value] of Object.entries(attrs)) {
    if (typeof value === "string") object.create_attribute(name, value);
    else if (value.length > 0 && typeof value[0] === "number")
      object.create_attribute(name, Int32Array.from(value as number[]));
    else object.create_attribute(name, [...(value as string[])], [value.length], "S");
  }
}
