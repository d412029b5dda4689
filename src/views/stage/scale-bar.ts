/** A bar of a round length: 1, 2 or 5 times a power of ten, in µm, at most `maxPixels` wide. */
export function scaleBar(pixelsPerMicron: number, maxPixels: number): { microns: number; pixels: number } {
  const most = maxPixels / pixelsPerMicron;
  const power = 10 ** Math.floor(Math.log10(most));
  const microns = [5, 2, 1].map((m) => m * power).find((length) => length <= most * (1 + 1e-9)) ?? power;
  return { microns, pixels: microns * pixelsPerMicron };
}
