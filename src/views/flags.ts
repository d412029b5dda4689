/** What the address can ask for. */
export interface Flags {
  readonly theme: "dark" | "light";
  readonly backend: "auto" | "webgpu" | "wasm";
  /** A software GPU may be used: for checking the GPU path, never for speed. */
  readonly software: boolean;
}

/** Reads `?theme=light&backend=wasm&software=1`; anything unknown is the default. */
export function readFlags(search: string): Flags {
  const params = new URLSearchParams(search);
  const backend = params.get("backend");
  return {
    theme: params.get("theme") === "light" ? "light" : "dark",
    backend: backend === "webgpu" || backend === "wasm" ? backend : "auto",
    software: params.get("software") === "1",
  };
}
