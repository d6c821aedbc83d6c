/** How the image is lit: 1 is as it came. */
export interface Light { readonly brightness: number; readonly contrast: number; readonly gamma: number }
export type LightKnob = keyof Light;

export const plainLight: Light = { brightness: 1, contrast: 1, gamma: 1 };
export const lightRange: Readonly<Record<LightKnob, readonly [min: number, max: number]>> = { brightness: [0.3, 4], contrast: [0.3, 3], gamma: [0.4, 3] };

/** Turned by a step, within its range; near 1 it is 1 again. */
export function turned(light: Light, knob: LightKnob, by: number): Light {
  const [min, max] = lightRange[knob];
  const next = Math.min(max, Math.max(min, light[knob] + by * Math.max(1, light[knob])));
  return { ...light, [knob]: Math.abs(next - 1) < 0.04 ? 1 : Math.round(next * 100) / 100 };
}

export const isPlain = (light: Light): boolean => light.brightness === 1 && light.contrast === 1 && light.gamma === 1;

/** The CSS filter; gamma is an SVG filter of the page, see GammaFilter. */
export function filterOf(light: Light): string | undefined {
  if (isPlain(light)) return undefined;
  return [...(light.gamma === 1 ? [] : ['url(#gamma)']), ...(light.brightness === 1 ? [] : [`brightness(${light.brightness})`]), ...(light.contrast === 1 ? [] : [`contrast(${light.contrast})`])].join(' ');
}
