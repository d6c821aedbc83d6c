/** How a decoded picture becomes a model's input: one hashed specification, stored with the model. */
export interface Preprocessing {
  readonly width: number;
  readonly height: number;
  /** `stretch` ignores the aspect; `crop` covers the square and cuts the middle; `letterbox` fits and pads with grey 114. */
  readonly resizeMode: 'stretch' | 'crop' | 'letterbox';
  readonly kernel: 'linear' | 'cubic' | 'lanczos3' | 'nearest';
  /** For `crop`: the share of the shorter side that is kept, 0 to 1 (0.875 is usual). */
  readonly cropShare: number;
  readonly colourOrder: 'rgb' | 'bgr';
  /** Value = (byte × scale − mean) ÷ std, by channel in the model's colour order. */
  readonly scale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly layout: 'nchw' | 'nhwc';
  readonly type: 'float32' | 'uint8';
}

/** What the default backbone was trained with: EfficientNet-Lite, 224 px, values from -1 to 1. */
export const defaultPreprocessing: Preprocessing = {
  width: 224,
  height: 224,
  resizeMode: 'crop',
  kernel: 'cubic',
  cropShare: 0.875,
  colourOrder: 'rgb',
  scale: 1 / 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  layout: 'nchw',
  type: 'float32',
};

/** The specification as text whose SHA-256 is its digest: keys in a fixed order, so that equal specifications are equal text. */
export function canonicalPreprocessing(p: Preprocessing): string {
  return JSON.stringify([
    p.width, p.height, p.resizeMode, p.kernel, p.cropShare, p.colourOrder, p.scale, p.mean, p.std, p.layout, p.type,
  ]);
}
