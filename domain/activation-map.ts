import type { Head } from './ports.ts';
import type { Preprocessing } from './preprocessing.ts';

/** The features of one image before pooling: channels × height × width values, one channel after another. */
export interface FeatureMap {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly data: Float32Array;
}

/**
 * What each place of the picture adds to a class: the class's weights on the features that are there, scaled as the head scales the
 * pooled features. The mean over all places, plus the class's bias, is the logit before the temperature, so the map is exact and no
 * guess (Zhou et al. 2016, "Learning deep features for discriminative localization").
 * @returns height × width values; null where the head does not stand on these features or does not know the class
 */
export function activationOf(head: Head, classId: number, map: FeatureMap): Float64Array | null {
  const row = head.classIds.indexOf(classId);
  const places = map.height * map.width;
  if (row === -1 || places === 0 || map.channels !== head.dimensions) return null;
  const values = new Float64Array(places);
  let square = 0;
  for (let channel = 0; channel < map.channels; channel += 1) {
    const weight = head.weights[row * head.dimensions + channel] as number;
    let sum = 0;
    for (let place = 0; place < places; place += 1) {
      const feature = map.data[channel * places + place] as number;
      sum += feature;
      values[place] = (values[place] as number) + weight * feature;
    }
    square += (sum / places) ** 2;
  }
  const length = head.normalise === 'l2' && square > 0 ? Math.sqrt(square) : 1;
  return values.map((value) => value / length);
}

/** 0 where a place speaks against the class or says nothing, 1 where it speaks for it most. */
export function shownActivation(values: Float64Array): number[] {
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  return Array.from(values, (value) => (most > 0 ? Math.max(0, value) / most : 0));
}

/** Which part of the upright picture the model saw, in shares of its width and height; it may reach beyond the picture where that was padded. */
export function regionSeen({ resizeMode, cropShare, width, height }: Preprocessing, picture: { readonly width: number; readonly height: number }): { x: number; y: number; width: number; height: number } {
  if (resizeMode === 'stretch') return { x: 0, y: 0, width: 1, height: 1 };
  const [horizontal, vertical] = [width / picture.width, height / picture.height];
  const [scale, kept] = resizeMode === 'crop' ? [Math.max(horizontal, vertical), cropShare] : [Math.min(horizontal, vertical), 1];
  const [across, down] = [kept * (horizontal / scale), kept * (vertical / scale)];
  return { x: (1 - across) / 2, y: (1 - down) / 2, width: across, height: down };
}
