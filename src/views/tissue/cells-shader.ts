import type { ShaderModule } from "@luma.gl/shadertools";

/** Entries per row of the lookup texture. */
export const lutWidth = 1024;

/** Stands for a missing value in the `cellValue` attribute: NaN is not reliable in shaders. */
export const missingValue = -3.0e38;

export interface CellsUniforms {
  readonly radius: number;
  readonly radiusMinPixels: number;
  readonly radiusMaxPixels: number;
  /** 0 = categorical, 1 = continuous, 2 = rgb. */
  readonly mode: number;
  readonly domainMin: number;
  readonly domainMax: number;
  readonly logScale: number;
  readonly greyZeros: number;
  readonly rampSteps: number;
  /** 0 = at the old place, 1 = at the new one. */
  readonly ease: number;
}

const block = `\
layout(std140) uniform cellsUniforms {
  float radius;
  float radiusMinPixels;
  float radiusMaxPixels;
  float mode;
  float domainMin;
  float domainMax;
  float logScale;
  float greyZeros;
  float rampSteps;
  float ease;
} cells;
`;

export const cellsUniforms = {
  name: "cells",
  vs: block,
  fs: block,
  uniformTypes: {
    radius: "f32",
    radiusMinPixels: "f32",
    radiusMaxPixels: "f32",
    mode: "f32",
    domainMin: "f32",
    domainMax: "f32",
    logScale: "f32",
    greyZeros: "f32",
    rampSteps: "f32",
    ease: "f32",
  },
} as const satisfies ShaderModule<CellsUniforms>;

// entries of the table: 0 missing, 1 zero, from 2 on the categories or the ramp (see color/lut.ts)
export const vertexShader = `\
#version 300 es
#define SHADER_NAME cells-vertex

in vec2 positions;
in vec2 cellFrom;
in vec2 cellTo;
in float cellValue;
in vec4 cellColor;

uniform sampler2D cellsLut;

out vec4 vColor;
out vec2 unitPosition;
out float radiusPixels;

vec4 lookUp(int entry) {
  return texelFetch(cellsLut, ivec2(entry % ${lutWidth}, entry / ${lutWidth}), 0);
}

float scaled(float value) {
  return cells.logScale > 0.5 ? log(1.0 + max(value, 0.0)) : value;
}

vec4 colorOf(float value) {
  if (value < ${(missingValue / 2).toExponential(1)}) return lookUp(0);
  if (cells.mode < 0.5) return lookUp(int(value) + 2);
  if (cells.greyZeros > 0.5 && value == 0.0) return lookUp(1);
  float from = scaled(cells.domainMin);
  float t = clamp((scaled(value) - from) / max(scaled(cells.domainMax) - from, 1.0e-12), 0.0, 1.0);
  return lookUp(int(t * (cells.rampSteps - 1.0) + 0.5) + 2);
}

void main(void) {
  vec3 position = vec3(mix(cellFrom, cellTo, cells.ease), 0.0);
  geometry.worldPosition = position;
  radiusPixels = clamp(project_size_to_pixel(cells.radius), cells.radiusMinPixels, cells.radiusMaxPixels);
  float padding = (radiusPixels + SMOOTH_EDGE_RADIUS) / radiusPixels;
  unitPosition = padding * positions;
  geometry.uv = unitPosition;
  gl_Position = project_position_to_clipspace(position, vec3(0.0), vec3(0.0), geometry.position);
  gl_Position.xy += project_pixel_size_to_clipspace(unitPosition * radiusPixels);
  vColor = cells.mode > 1.5 ? vec4(cellColor.rgb, 0.9) : colorOf(cellValue);
}
`;

export const fragmentShader = `\
#version 300 es
#define SHADER_NAME cells-fragment
precision highp float;

in vec4 vColor;
in vec2 unitPosition;
in float radiusPixels;

out vec4 fragColor;

void main(void) {
  float inside = smoothedge(length(unitPosition) * radiusPixels, radiusPixels);
  if (inside == 0.0) discard;
  fragColor = vec4(vColor.rgb, vColor.a * inside);
}
`;
