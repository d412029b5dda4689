import { type DefaultProps, Layer, type LayerProps, project32, type UpdateParameters } from "@deck.gl/core";
import type { Buffer, Texture } from "@luma.gl/core";
import { Geometry, Model } from "@luma.gl/engine";
import type { Coloring } from "../color/coloring";
import { rampSteps } from "../color/lut";
import { cellsUniforms, fragmentShader, lutWidth, missingValue, vertexShader } from "./cells-shader";

export interface CellsLayerProps {
  /** Shape (nObs, 2). A new array of the same length is eased to over `easeMs`. */
  readonly positions: Float32Array;
  readonly coloring: Coloring;
  /** Says that the colours of an rgb colouring were written anew. */
  readonly colorVersion: number;
  /** Colours by entry, see color/lut.ts. */
  readonly lut: Uint8Array;
  /** Radius of a cell in the unit of the positions. */
  readonly radius: number;
  readonly radiusMinPixels: number;
  readonly radiusMaxPixels: number;
  readonly easeMs: number;
}

// a type, not an interface: deck.gl wants an index signature
type CellsState = {
  model?: Model;
  from?: Buffer;
  to?: Buffer;
  value?: Buffer;
  color?: Buffer;
  lut?: Texture;
  /** Length that the buffers were made for. */
  nCells: number;
  easeStart: number;
};

/**
 * Cells as discs. What is drawn per cell (position, code or value, live colour) lies in buffers of its own, so that a
 * legend click uploads a table of a few hundred bytes and a recolour while learning four bytes per cell.
 * Differs from deck.gl's ScatterplotLayer, whose accessors would fill all colours again on every such change.
 */
export class CellsLayer extends Layer<Required<CellsLayerProps> & LayerProps> {
  static override layerName = "CellsLayer";
  // deck.gl compares props deeply unless told the type: arrays here go by reference
  static override defaultProps: DefaultProps<CellsLayerProps> = {
    positions: { type: "object", value: new Float32Array(0) },
    coloring: { type: "object", value: { kind: "waiting", title: "", reason: "" } },
    colorVersion: 0,
    lut: { type: "object", value: new Uint8Array(8) },
    radius: 1,
    radiusMinPixels: 0.75,
    radiusMaxPixels: 40,
    easeMs: 0,
  };

  declare state: CellsState;

  override getShaders() {
    return super.getShaders({ vs: vertexShader, fs: fragmentShader, modules: [project32, cellsUniforms] });
  }

  override initializeState(): void {
    this.setState({ nCells: -1, easeStart: 0, model: this.createModel() } satisfies CellsState);
  }

  override getNumInstances(): number {
    return this.props.positions.length / 2;
  }

  override updateState({ props, oldProps }: UpdateParameters<this>): void {
    const resized = this.state.nCells !== this.getNumInstances();
    if (resized) this.allocate();
    if (resized || props.positions !== oldProps.positions) this.uploadPositions(resized);
    if (resized || props.coloring !== oldProps.coloring) this.uploadValues();
    if (
      props.coloring.kind === "rgb" &&
      (resized || props.coloring !== oldProps.coloring || props.colorVersion !== oldProps.colorVersion)
    )
      this.uploadColors(props.coloring.colors);
    if (!this.state.lut || props.lut !== oldProps.lut) this.uploadLut();
  }

  override draw(): void {
    const { model, easeStart, nCells } = this.state;
    if (!model || nCells === 0) return;
    const { coloring, radius, radiusMinPixels, radiusMaxPixels, easeMs } = this.props;
    const t = easeMs > 0 ? Math.min(1, (performance.now() - easeStart) / easeMs) : 1;
    const continuous = coloring.kind === "continuous" ? coloring : null;
    model.shaderInputs.setProps({
      cells: {
        radius,
        radiusMinPixels,
        radiusMaxPixels,
        mode: coloring.kind === "rgb" ? 2 : continuous ? 1 : 0,
        domainMin: continuous?.domain[0] ?? 0,
        domainMax: continuous?.domain[1] ?? 1,
        logScale: continuous?.log ? 1 : 0,
        greyZeros: continuous?.counts ? 1 : 0,
        rampSteps,
        ease: t * t * (3 - 2 * t),
      },
    });
    model.setInstanceCount(nCells);
    model.draw(this.context.renderPass);
    if (t < 1) this.setNeedsRedraw();
  }

  override finalizeState(context: this["context"]): void {
    super.finalizeState(context);
    this.releaseBuffers();
    this.state.lut?.destroy();
  }

  private createModel(): Model {
    return new Model(this.context.device, {
      ...this.getShaders(),
      id: this.props.id,
      bufferLayout: [
        { name: "cellFrom", format: "float32x2", stepMode: "instance" },
        { name: "cellTo", format: "float32x2", stepMode: "instance" },
        { name: "cellValue", format: "float32", stepMode: "instance" },
        { name: "cellColor", format: "unorm8x4", stepMode: "instance" },
      ],
      geometry: new Geometry({
        topology: "triangle-strip",
        attributes: { positions: { size: 2, value: new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]) } },
      }),
      isInstanced: true,
    });
  }

  private allocate(): void {
    this.releaseBuffers();
    const { device } = this.context;
    const nCells = this.getNumInstances();
    const create = (bytesPerCell: number): Buffer =>
      device.createBuffer({ byteLength: Math.max(4, bytesPerCell * nCells) });
    const buffers = { from: create(8), to: create(8), value: create(4), color: create(4) };
    this.setState({ ...buffers, nCells });
    const { from, to, value, color } = buffers;
    this.state.model?.setAttributes({ cellFrom: from, cellTo: to, cellValue: value, cellColor: color });
  }

  private releaseBuffers(): void {
    const { from, to, value, color } = this.state;
    for (const buffer of [from, to, value, color]) buffer?.destroy();
  }

  private uploadPositions(fresh: boolean): void {
    const { from, to, model } = this.state;
    if (!from || !to || this.state.nCells === 0) return;
    const { positions } = this.props;
    if (fresh) {
      from.write(positions);
      to.write(positions);
      this.setState({ easeStart: Number.NEGATIVE_INFINITY });
      return;
    }
    // the buffer that was the goal becomes the start, the other one is written
    from.write(positions);
    this.setState({ from: to, to: from, easeStart: performance.now() });
    model?.setAttributes({ cellFrom: to, cellTo: from });
  }

  private uploadValues(): void {
    const { value, nCells } = this.state;
    const { coloring } = this.props;
    if (!value || nCells === 0) return;
    const values = new Float32Array(nCells);
    if (coloring.kind === "categorical") {
      for (let i = 0; i < nCells; i++) values[i] = coloring.codes[i] >= 0 ? coloring.codes[i] : missingValue;
    } else if (coloring.kind === "continuous") {
      for (let i = 0; i < nCells; i++)
        values[i] = Number.isFinite(coloring.values[i]) ? coloring.values[i] : missingValue;
    } else values.fill(missingValue);
    value.write(values);
  }

  /** (nObs, 3) to (nObs, 4): a stride of three bytes is slow on some drivers. */
  private uploadColors(rgb: Uint8Array): void {
    const { color, nCells } = this.state;
    if (!color || nCells === 0) return;
    const rgba = new Uint8Array(4 * nCells);
    for (let i = 0; i < nCells; i++) {
      rgba[4 * i] = rgb[3 * i];
      rgba[4 * i + 1] = rgb[3 * i + 1];
      rgba[4 * i + 2] = rgb[3 * i + 2];
    }
    color.write(rgba);
  }

  private uploadLut(): void {
    const { device } = this.context;
    const { lut } = this.props;
    const height = Math.ceil(lut.length / 4 / lutWidth);
    let texture = this.state.lut;
    if (texture?.height !== height) {
      texture?.destroy();
      texture = device.createTexture({
        width: lutWidth,
        height,
        format: "rgba8unorm",
        sampler: { minFilter: "nearest", magFilter: "nearest" },
      });
      this.setState({ lut: texture });
      this.state.model?.setBindings({ cellsLut: texture });
    }
    const padded = new Uint8Array(4 * lutWidth * height);
    padded.set(lut);
    texture.writeData(padded);
  }
}
