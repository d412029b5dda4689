import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients"; // after core, which has no gradients of its own
import { LabError, toLabError } from "../errors";
import type { Backend, BackendName, BackendOptions, BackendPlatform, BackendReport, OpenedDevice } from "./backend";
import { probeBackend } from "./probe";
import { closeBackend } from "./registry";

/**
 * Opens the fastest backend that computes correctly: hardware WebGPU, then wasm. Each is tried on a real kernel
 * before it is trusted; one that fails is passed over, and the report says why.
 *
 * Import the kernels before (whatever builds a model does). Opening again in the same thread is possible, but after a
 * lost GPU or a wasm trap a fresh worker is the safe place: tfjs keeps the tensors of a dead device.
 *
 * @param prefer         `auto` falls through; a named backend is opened or fails
 * @param allowSoftware  lets a software GPU through, to check shaders
 * @throws LabError("device") if none can be opened; its detail lists every reason.
 */
export async function openBackend({ prefer, allowSoftware = false, platform }: BackendOptions): Promise<Backend> {
  const tried: { name: BackendName; reason: string }[] = [];
  const details: string[] = [];
  for (const name of prefer === "auto" ? (["webgpu", "wasm"] as const) : [prefer]) {
    let device: OpenedDevice | undefined;
    try {
      device = await open(name, allowSoftware, platform);
      await probeBackend();
      const error = device.takeError();
      if (error) throw error;
      device.trim();
      const { adapter, software, threads, simd } = device;
      const why = reasonFor(prefer, name);
      return backendOf(device, { name, ...(adapter ? { adapter } : {}), software, threads, simd, why, tried });
    } catch (thrown) {
      const { message, detail } = toLabError(thrown);
      tried.push({ name, reason: message });
      details.push(detail);
      closeBackend(name);
      device?.close();
    }
  }
  const reasons = tried.map(({ name, reason }) => `${name}: ${reason}`).join(" ");
  const hint = "Update the browser or the graphics driver, or choose another backend.";
  throw new LabError("device", `No backend could be opened. ${reasons}`, hint, details.join("\n"));
}

/** Each kind is imported when it is wanted: a page on a GPU never loads the others. */
async function open(name: BackendName, allowSoftware: boolean, platform: BackendPlatform): Promise<OpenedDevice> {
  switch (name) {
    case "webgpu":
      return (await import("./webgpu")).openWebGpu(platform.gpu, allowSoftware);
    case "wasm":
      return (await import("./wasm")).openWasm(platform);
    case "cpu":
      return (await import("./cpu")).openCpu();
    default:
      throw new LabError("range", `Backend ${name satisfies never} is not known.`);
  }
}

function reasonFor(prefer: BackendOptions["prefer"], name: BackendName): string {
  if (prefer !== "auto") return `${name} was asked for.`;
  return name === "webgpu" ? "A hardware GPU is here." : "WebAssembly with SIMD is the fastest that works here.";
}

function backendOf(device: OpenedDevice, report: BackendReport): Backend {
  const check = (): void => {
    const error = device.takeError();
    if (error) throw error;
  };
  // what other backends left behind in tfjs's count is not this one's
  const { numBytes: foreignBytes, numTensors: foreignTensors } = tf.memory();
  return {
    name: report.name,
    report,
    limits: device.limits,
    lost: device.lost,
    check,
    read: async (tensor) => {
      const values = (await tensor.data()) as Float32Array;
      check();
      return values;
    },
    memory: () => {
      const { numBytes, numTensors } = tf.memory();
      const bytes = Math.max(0, numBytes - foreignBytes);
      const tensors = Math.max(0, numTensors - foreignTensors);
      return { bytes, peakBytes: Math.max(device.peakBytes(), bytes), heldBytes: device.heldBytes(), tensors };
    },
    restartPeak: () => device.restartPeak(),
    trim: () => device.trim(),
    dispose: () => {
      closeBackend(report.name);
      device.close();
    },
  };
}
