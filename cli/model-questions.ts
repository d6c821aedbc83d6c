import { UsageError } from './failures.ts';
import type { ModelFacts } from './model-file.ts';

type Three = [number, number, number];
const choices = { colour: ['rgb', 'bgr'], range: ['0-1', '0-255'], resize: ['stretch', 'crop', 'letterbox'] } as const;

/** What was said on the command line of how pictures are fed; texts as they were typed. */
export interface ToldOfPictures {
  readonly colour?: string;
  readonly range?: string;
  readonly mean?: string;
  readonly std?: string;
  readonly resize?: string;
  readonly size?: string;
  readonly preset?: string;
}

export interface FedPictures {
  readonly colourOrder: 'rgb' | 'bgr';
  readonly range: '0-1' | '0-255';
  readonly mean: Three;
  readonly std: Three;
  readonly resizeMode: 'stretch' | 'crop' | 'letterbox';
  readonly inputSize?: { readonly width: number; readonly height: number };
}

/** The usual ways of feeding pictures, by the name of whoever uses them. */
export const presets: Readonly<Record<string, Omit<ToldOfPictures, 'preset' | 'size'>>> = {
  imagenet: { colour: 'rgb', range: '0-1', mean: '0.485,0.456,0.406', std: '0.229,0.224,0.225', resize: 'crop' },
  symmetric: { colour: 'rgb', range: '0-1', mean: '0.5,0.5,0.5', std: '0.5,0.5,0.5', resize: 'crop' },
  bytes: { colour: 'rgb', range: '0-255', mean: '0,0,0', std: '1,1,1', resize: 'stretch' },
};

interface Question { readonly name: keyof Omit<ToldOfPictures, 'preset'>; readonly text: string; readonly usual: string }

const questions: readonly Question[] = [
  { name: 'colour', text: 'Which order of colours was it trained with, rgb or bgr?', usual: 'rgb' },
  { name: 'range', text: 'What do bytes become before mean and std: 0-1 (divided by 255) or 0-255?', usual: '0-1' },
  { name: 'mean', text: 'Mean that is taken off, one a colour, in that range?', usual: '0.485,0.456,0.406' },
  { name: 'std', text: 'Standard deviation that is divided by, one a colour?', usual: '0.229,0.224,0.225' },
  { name: 'resize', text: 'How does a picture become its size: crop (cover and cut the middle), stretch or letterbox?', usual: 'crop' },
  { name: 'size', text: 'Its input size is free. Which one was it trained with, WIDTHxHEIGHT?', usual: '224x224' },
];

/**
 * How pictures are fed to a model: as told, else as the file says, else asked.
 * @param ask puts a question to a person; null where there is nobody to ask
 * @throws UsageError naming every option that is missing, or the first that cannot be read
 */
export async function tellOfPictures(told: ToldOfPictures, facts: ModelFacts | null, ask: ((question: string) => Promise<string>) | null): Promise<FedPictures> {
  const { preset } = told;
  if (preset !== undefined && !Object.hasOwn(presets, preset)) throw new UsageError(`--preset is one of ${Object.keys(presets).join(', ')}.`);
  const answers: Partial<Record<Question['name'], string>> = { ...(facts?.takesBytes === true && { range: '0-255', mean: '0,0,0', std: '1,1,1' }), ...(preset !== undefined && presets[preset]) };
  for (const { name } of questions) if (told[name] !== undefined) answers[name] = told[name];
  const missing = questions.filter(({ name }) => answers[name] === undefined && (name !== 'size' || facts?.sizeIsFree === true));
  if (ask === null && missing.length > 0) {
    throw new UsageError(`A model file cannot say how its pictures were made. Add ${missing.map(({ name, usual }) => `--${name} ${usual}`).join(' ')} as it was trained, or --preset ${Object.keys(presets).join('|')}; on a terminal this is asked for.`);
  }
  for (const { name, text, usual } of missing) answers[name] = (await (ask as NonNullable<typeof ask>)(`${text} [${usual}] `)).trim() || usual;
  return parse(answers);
}

function parse({ colour, range, mean, std, resize, size }: Partial<Record<Question['name'], string>>): FedPictures {
  const inputSize = size === undefined ? undefined : sizeOf(size);
  return {
    colourOrder: oneOf('colour', choices.colour, colour), range: oneOf('range', choices.range, range), mean: threeOf('mean', mean), std: threeOf('std', std),
    resizeMode: oneOf('resize', choices.resize, resize), ...(inputSize !== undefined && { inputSize }),
  };
}

function oneOf<T extends string>(name: string, allowed: readonly T[], text = ''): T {
  const found = allowed.find((each) => each === text.trim().toLowerCase());
  if (found === undefined) throw new UsageError(`--${name} is one of ${allowed.join(', ')}, not ${text}.`);
  return found;
}

function threeOf(name: string, text = ''): Three {
  const values = text.split(',').map((each) => (each.trim() === '' ? NaN : Number(each)));
  const [first = NaN, second = first, third = first] = values;
  if (![1, 3].includes(values.length) || ![first, second, third].every(Number.isFinite)) throw new UsageError(`--${name} is one number, or three with commas between, not ${text}.`);
  if (name === 'std' && Math.min(first, second, third) <= 0) throw new UsageError('--std is above 0.');
  return [first, second, third];
}

function sizeOf(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,4})(?:x(\d{1,4}))?$/i.exec(text.trim()) ?? [];
  if (width === undefined) throw new UsageError(`--size is WIDTHxHEIGHT in pixels, for instance 224x224, not ${text}.`);
  return { width: Number(width), height: Number(height ?? width) };
}
