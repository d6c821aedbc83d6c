/** Scene → JPEG bytes. What repeats (views, coats, flash, dust) is rendered once and kept; the rest is pixel work. */
import sharp from 'sharp';
import { drawInfoBar } from './info-bar.ts';
import { cutArt } from './cut-art.ts';
import { iconArt } from './icon-art.ts';
import { backLayerSvg, frontLayerSvg, screenTuftSvg } from './landscape.ts';
import { between, chanceOf } from './random.ts';
import { disc, drawSprite, grain, noiseTable, overlay, soften, streak, toInfrared, tone, veilRows, type Raster, type Sprite } from './raster.ts';
import { STAGES, type Animal, type Scene } from './scene.ts';
import { PICTURE } from './site.ts';
import { coatOf, type Coat, type Family, type Species } from './species.ts';

type Colour = readonly [number, number, number];
export type Renderer = { render: (scene: Scene) => Promise<Uint8Array> };

/** Keeps what `make` gave for a key. */
const kept = <Value>(): ((key: string, make: () => Promise<Value>) => Promise<Value>) => {
  const known = new Map<string, Promise<Value>>();
  return (key, make) => {
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
};

const rgba = async (svg: string, density = 72): Promise<Sprite> => {
  const { data, info } = await sharp(Buffer.from(svg), { density }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};

const rgb = async (svg: string): Promise<Raster> => {
  const { data, info } = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};

/** Sprite heights kept ready; the nearest larger one is used, so no sampling skips pixels. */
const SPRITE_HEIGHTS = [40, 64, 96, 150, 220] as const;

const ART: Readonly<Record<Family, (species: Species, coat: Coat) => string>> = { icon: iconArt, cut: cutArt };
const BOARD: Readonly<Record<Family, { readonly box: string; readonly height: number }>> = { icon: { box: '0 0 32 32', height: 640 }, cut: { box: '0 0 48 40', height: 533 } };

const animalSprite = async (animal: Animal, scene: Scene, height: number): Promise<Sprite> => {
  const coat = coatOf(animal.species, scene.look.season, scene.look.stage, STAGES);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="${BOARD[animal.family].height}" viewBox="${BOARD[animal.family].box}">${ART[animal.family](animal.species, coat)}</svg>`;
  const trimmed = await sharp(Buffer.from(svg)).trim({ background: { r: 0, g: 0, b: 0, alpha: 0 }, threshold: 1 }).png().toBuffer();
  const { data, info } = await sharp(trimmed).resize({ height }).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
};

/** Light of the flash for each pixel: strongest low in the middle, none on the sky. */
const flashMap = (horizon: number): Float32Array => Float32Array.from({ length: PICTURE.width * PICTURE.height }, (_, pixel) => {
  const x = (pixel % PICTURE.width) / PICTURE.width - 0.5;
  const y = Math.floor(pixel / PICTURE.width);
  const depth = Math.min(1, Math.max(0, (y - horizon + 26) / 90));
  return (0.24 + 0.88 * depth) * Math.max(0.14, 1.08 - 1.9 * (x * x + ((y - 150) / 300) ** 2));
});

const FOG: Colour = [205, 210, 212];
const NIGHT_FOG: Colour = [120, 120, 120];
const FUR: Colour = [225, 225, 225];

const fogAt = (scene: Scene, row: number): number => {
  const far = Math.min(1, Math.max(0, (PICTURE.height - row) / (PICTURE.height - scene.site.horizon)));
  return scene.weather === 'fog' ? scene.weatherStrength * (0.12 + 0.68 * far) : 0;
};

/** The flash lights what stands in front of the ground more than the ground, and must not burn out the snow. */
const NIGHT_GROUND = 0.74;

/** How much paler fur looks under the flash; dark coats stay dark, and on snow all do. */
const FUR_SHINE: Readonly<Record<Species, number>> = { deer: 0.4, fox: 0.4, hare: 0.4, badger: 0.05, boar: 0 };

/** Fog dims an animal by its distance; fur shines under the flash. */
const clarity = (scene: Scene, animal: Animal): { clearness: number; veil: Colour } => {
  const clear = 1 - fogAt(scene, animal.feet);
  if (scene.light.kind === 'day') return { clearness: clear, veil: FOG };
  if (scene.weather === 'fog') return { clearness: clear, veil: NIGHT_FOG };
  return { clearness: 1 - (scene.look.season === 'snow' ? 0 : FUR_SHINE[animal.species]), veil: FUR };
};

const drawRain = (canvas: Raster, scene: Scene): void => {
  const chance = chanceOf(`${scene.key}/rain`);
  for (let left = Math.round(150 * scene.weatherStrength); left > 0; left -= 1) {
    streak(canvas, between(chance, -20, PICTURE.width), between(chance, -10, PICTURE.height), between(chance, 7, 20), 0.22, [214, 222, 230], between(chance, 0.12, 0.4));
  }
};

const drawFlakes = (canvas: Raster, scene: Scene): void => {
  const chance = chanceOf(`${scene.key}/flakes`);
  for (let left = Math.round(150 * scene.weatherStrength); left > 0; left -= 1) {
    const size = between(chance, 0.9, 2.8);
    disc(canvas, between(chance, 0, PICTURE.width), between(chance, 0, PICTURE.height), size, size, [250, 251, 253], 0.9, true);
  }
};

const drawDust = (canvas: Raster, scene: Scene): void => {
  const { dust } = scene.site;
  const settled = dust.slice(0, Math.round(dust.length * scene.lens.dust));
  settled.forEach((spot, index) => disc(canvas, spot.x, spot.y, spot.size, spot.size, index % 3 === 0 ? [70, 66, 60] : [205, 200, 190], 0.34, true));
};

const daylight = (canvas: Raster, scene: Scene): void => {
  const { level, warmth } = scene.light;
  const gain: Colour = [level * (1 + 0.12 * warmth), level, level * (1 - 0.16 * warmth)];
  const { haze } = scene.lens;
  tone(canvas, (value, channel) => value * gain[channel] * (1 - haze) + 178 * haze);
};

const nightlight = (canvas: Raster, scene: Scene, flash: Float32Array): void => {
  toInfrared(canvas, flash, scene.light.level);
  const { haze } = scene.lens;
  tone(canvas, (value) => value * (1 - haze) + 92 * haze);
};

/** A renderer with its own store of finished parts. Same scene, same bytes (for one version of sharp). */
export const createRenderer = (): Renderer => {
  const backs = kept<Raster>();
  const fronts = kept<Sprite>();
  const sprites = kept<Sprite>();
  const flashes = new Map<string, Float32Array>();

  const drawAnimal = async (canvas: Raster, scene: Scene, animal: Animal): Promise<void> => {
    const size = SPRITE_HEIGHTS.find((height) => height >= animal.height) ?? 220;
    const sprite = await sprites(`${animal.family}/${animal.species}/${scene.look.season}/${scene.look.stage}/${size}`, () => animalSprite(animal, scene, size));
    const wide = (sprite.width / sprite.height) * animal.height;
    disc(canvas, animal.x, animal.feet - 1, wide * 0.5, animal.height * 0.07, [24, 26, 20], scene.weather === 'clear' ? 0.38 : 0.22, true);
    drawSprite(canvas, sprite, { ...animal, ...clarity(scene, animal) });
  };

  const flashOf = (scene: Scene): Float32Array => {
    const found = flashes.get(scene.site.key) ?? flashMap(scene.site.horizon);
    flashes.set(scene.site.key, found);
    return found;
  };

  const draw = async (scene: Scene): Promise<Raster> => {
    const { site } = scene;
    const { season, stage } = scene.look;
    const view = `${site.key}/${season}/${stage}`;
    const back = await backs(view, () => rgb(backLayerSvg(site, season, stage)));
    const front = await fronts(view, () => rgba(frontLayerSvg(site, season, stage)));
    const canvas: Raster = { ...back, data: Uint8Array.from(back.data) };
    if (scene.weather === 'fog') veilRows(canvas, scene.light.kind === 'day' ? FOG : NIGHT_FOG, (row) => fogAt(scene, row));
    if (scene.light.kind === 'infrared') tone(canvas, (value) => value * NIGHT_GROUND);
    for (const animal of scene.animals) await drawAnimal(canvas, scene, animal);
    if (scene.screen.length > 0) {
      const tuft = await sprites(`tuft/${season}/${stage}`, () => rgba(screenTuftSvg(season, stage)));
      for (const clump of scene.screen) drawSprite(canvas, tuft, { x: clump.x, feet: clump.base, height: clump.height, mirrored: false, tilt: 0, smear: 0, clearness: 1, veil: FOG });
    }
    overlay(canvas, front);
    if (scene.weather === 'rain') drawRain(canvas, scene);
    if (scene.light.kind === 'day') daylight(canvas, scene);
    else nightlight(canvas, scene, flashOf(scene));
    if (scene.weather === 'snowfall') drawFlakes(canvas, scene);
    drawDust(canvas, scene);
    soften(canvas, scene.lens.blur * 2);
    grain(canvas, scene.light.kind === 'day' ? 2.2 : 5.5, chanceOf(`${scene.key}/grain`), () => noiseTable(chanceOf('grain')));
    drawInfoBar(canvas, PICTURE.bar, site.camera, scene.capturedAt, scene.celsius);
    return canvas;
  };

  const render = async (scene: Scene): Promise<Uint8Array> => {
    const canvas = await draw(scene);
    const taken = scene.capturedAt.replaceAll('-', ':').replace('T', ' ');
    return sharp(canvas.data, { raw: { width: canvas.width, height: canvas.height, channels: 3 } })
      .withExif({ IFD0: { Make: 'Perennial Demo', Model: scene.site.model }, IFD2: { DateTimeOriginal: taken } })
      .jpeg({ quality: 88 })
      .toBuffer();
  };
  return { render };
};
