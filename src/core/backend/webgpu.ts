import { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { LabError } from "../errors";
import type { OpenedDevice } from "./backend";
import { closeBackend, replaceBackend } from "./registry";

/** Limits worth raising from WebGPU's modest defaults to what the adapter has. */
const RAISED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

/**
 * tfjs's tiled dense product. For long thin operands, such as the gradient of a weight over thousands of cells, it
 * would choose one that adds parts with atomics, in no fixed order: the same seed would not give the same bits.
 */
const PACKED_MATMUL = 3;

/**
 * tfjs's WebGPU backend on a device that the lab owns, with limits raised, errors caught and loss reported.
 *
 * @throws LabError("device") without an adapter, or with a software one unless `allowSoftware`.
 */
export async function openWebGpu(gpu: GPU | undefined, allowSoftware: boolean): Promise<OpenedDevice> {
  if (!gpu) throw new LabError("device", "WebGPU is not offered here.", "Use a browser that has WebGPU.");
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new LabError("device", "No GPU adapter was found.", "Check that the browser may use the GPU.");
  const software = isSoftware(adapter);
  if (software && !allowSoftware)
    throw new LabError("device", `The only adapter is software (${nameOf(adapter)}), slower than wasm.`);

  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(RAISED.map((limit) => [limit, adapter.limits[limit]])),
  });
  let pending: LabError | undefined;
  device.addEventListener("uncapturederror", ({ error }) => {
    pending ??= new LabError("device", `The GPU reported: ${firstLine(error.message)}`, HINT, error.message);
  });
  let closed = false;
  const lost = new Promise<LabError>((resolve) => {
    device.lost.then(({ reason, message }) => {
      if (!closed) resolve(new LabError("device", `The GPU was lost (${reason || "unknown"}).`, HINT, message));
    });
  });

  closeBackend("webgpu");
  tf.env().set("WEBGPU_MATMUL_PROGRAM_TYPE", PACKED_MATMUL);
  const backend = new WebGPUBackend(device, adapter.info);
  const pool = watchPool(backend as unknown as { bufferManager: BufferPool }, device.limits);
  await replaceBackend("webgpu", backend);
  return {
    adapter: nameOf(adapter),
    software,
    threads: 1,
    simd: false,
    limits: { totalBytes: null, arrayBytes: largestArray(device.limits) },
    lost,
    takeError: () => {
      const error = pending;
      pending = undefined;
      return error;
    },
    close: () => {
      closed = true;
      device.destroy();
    },
    ...pool,
  };
}

const HINT = "Use smaller batches or fewer channels, or the wasm backend; the last checkpoint is kept.";

/** tfjs's buffer manager; private to it, but the only place where every allocation passes. */
interface BufferPool {
  acquireBuffer(size: number, ...rest: unknown[]): GPUBuffer;
  readonly freeBuffers: Map<string, GPUBuffer[]>;
  numFreeBuffers: number;
  numBytesUsed: number;
  numBytesAllocated: number;
}

/** Counts the peak, refuses buffers the device cannot hold (they would silently read as zeros), frees the pool. */
function watchPool(
  { bufferManager: pool }: { bufferManager: BufferPool },
  limits: GPUSupportedLimits,
): Pick<OpenedDevice, "heldBytes" | "peakBytes" | "restartPeak" | "trim"> {
  const acquire = pool.acquireBuffer.bind(pool);
  const largest = largestArray(limits);
  let peak = 0;
  pool.acquireBuffer = (size, ...rest) => {
    if (size > largest)
      throw new LabError(
        "memory",
        `One array of ${mebibytes(size)} MiB was asked for; this GPU takes at most ${mebibytes(largest)} MiB.`,
        "Use fewer genes, a narrower model or smaller batches.",
      );
    const buffer = acquire(size, ...rest);
    peak = Math.max(peak, pool.numBytesUsed);
    return buffer;
  };
  return {
    heldBytes: () => pool.numBytesAllocated,
    peakBytes: () => peak,
    restartPeak: () => {
      peak = pool.numBytesUsed;
    },
    trim: () => {
      for (const [key, buffers] of pool.freeBuffers) {
        for (const buffer of buffers) {
          pool.numBytesAllocated -= buffer.size;
          pool.numFreeBuffers--;
          buffer.destroy();
        }
        pool.freeBuffers.set(key, []);
      }
    },
  };
}

/** An array is one buffer, bound whole. */
function largestArray({ maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize);
}

/** Software adapters say so in one of three ways, depending on the browser's age. */
function isSoftware(adapter: GPUAdapter): boolean {
  const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
  if (isFallbackAdapter || (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter) return true;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${vendor} ${architecture} ${description}`);
}

function nameOf({ info }: GPUAdapter): string {
  const words = [info.vendor, info.architecture, info.description].filter((word) => word !== "");
  return words.length > 0 ? words.join(" ") : "unnamed adapter";
}

const firstLine = (text: string): string => text.split("\n", 1)[0];
const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);
