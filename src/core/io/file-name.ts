/** A slice's name from that of its file: without the ending of a format the lab reads, whichever format it is in. */
export function nameFromFile(file: string): string {
  return file.replace(/(.)\.(h5ad|h5|hdf5|arrow|feather|ipc)$/i, "$1");
}
