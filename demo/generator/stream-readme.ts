/** The README that travels with a generated stream. */
import { GENERATOR_VERSION, type Scene, type SceneOptions } from './scene.ts';
import { SEASONS } from './season.ts';
import { LABELS } from './species.ts';

/** Markdown that says what the pictures are, how they were made and under which licences. */
export const streamReadme = (options: SceneOptions, scenes: readonly Scene[]): string => {
  const count = (season: string, label: string): number => scenes.filter((scene) => scene.season === season && scene.label === label).length;
  const rows = SEASONS.map((season) => `| ${season} | ${LABELS.map((label) => count(season, label)).join(' | ')} |`).join('\n');
  return `# A synthetic year of trail-camera pictures

**These pictures are drawn by a program. No animal and no place in them is real**, and nothing measured on them says how a model does on photographs.
They exist so that any machine can watch a model meet four seasons: coats change, snow falls, nights lengthen, lenses get dirty.

Made by Perennial's demo generator, version ${GENERATOR_VERSION}, seed ${options.seed}, ${options.perPeriod} pictures a period, drawings: ${options.drawings === 'usual' ? 'the usual ones' : 'those held out while the generator was tuned'}.
The same command makes the same files (for one version of the image library).

\`index.csv\`: \`path\`, \`label\`, \`camera\`, \`captured_at\` (the camera's wall clock, no zone), \`period\`, \`burst\` (pictures taken 2 s apart share it: never part them between training and test).
Rows are in time order. Each JPEG carries its time (DateTimeOriginal) and camera model in EXIF.

| period | ${LABELS.join(' | ')} |
|---|${LABELS.map(() => '---').join('|')}|
${rows}

Licences: some of the usual drawings of deer, badger, hare and boar are recoloured Fluent Emoji Flat icons, © Microsoft Corporation, MIT licence, from the package \`@iconify-json/fluent-emoji-flat\`; everything else is drawn by Perennial (Apache-2.0).
`;
};
