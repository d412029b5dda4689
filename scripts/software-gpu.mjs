import { existsSync } from "node:fs";
import { join } from "node:path";

const CHROMIUM = "/usr/lib/chromium"; // Debian's package

/**
 * Points Vulkan at the software GPU that Chromium brings along, for this process's children and for what it loads
 * later, unless a driver was named already or there is none.
 */
export function offerSoftwareGpu() {
  const driver = join(CHROMIUM, "vk_swiftshader_icd.json");
  if (process.env.VK_ICD_FILENAMES || !existsSync(driver)) return;
  process.env.VK_ICD_FILENAMES = driver;
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, CHROMIUM].filter(Boolean).join(":"); // its Vulkan loader
}
