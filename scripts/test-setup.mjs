// Before the unit tests: compiles the wasm kernels, and points Vulkan at the software GPU that Chromium brings along,
// so that the WGSL kernels are checked on machines without a GPU. Both must be set before a test process starts.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildKernels } from "./build-kernels.mjs";

const CHROMIUM = "/usr/lib/chromium"; // Debian's package

export default async function setup() {
  await buildKernels();
  const driver = join(CHROMIUM, "vk_swiftshader_icd.json");
  if (process.env.VK_ICD_FILENAMES || !existsSync(driver)) return;
  process.env.VK_ICD_FILENAMES = driver;
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, CHROMIUM].filter(Boolean).join(":"); // its Vulkan loader
}
