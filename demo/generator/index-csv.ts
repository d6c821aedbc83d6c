/** The list that goes with a stream: one row a picture, in time order. */
import type { Scene } from './scene.ts';

export const INDEX_COLUMNS = ['path', 'label', 'camera', 'captured_at', 'period', 'burst'] as const;

/** CSV text with a header row. No value needs quoting: all are made of letters, digits and `/ . - : T`. */
export const indexCsv = (scenes: readonly Scene[]): string =>
  [INDEX_COLUMNS.join(','), ...scenes.map((scene) => [scene.path, scene.label, scene.site.camera, scene.capturedAt, scene.season, scene.burst].join(','))].join('\n') + '\n';
