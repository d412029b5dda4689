// The few globals of the platform that `core` uses, the same in a page, a worker and Node.
// `core` is compiled without DOM types, so that anything else is an error.

declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean });
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}

declare const performance: { now(): number };

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports?: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  function validate(bytes: Uint8Array): boolean;
  function instantiate(
    source: Uint8Array | Module,
    imports?: Record<string, Record<string, unknown>>,
  ): Promise<{ instance: Instance; module: Module }>;
}

declare function atob(base64: string): string;
