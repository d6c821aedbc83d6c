/** Animals of the `icon` family: Fluent Emoji Flat (Microsoft, MIT) recoloured by coat, and a fox of ours, for the set has only its face. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Coat, Species } from './species.ts';

type Part = keyof Coat;
type IconPlan = { readonly icon: string; readonly fills: Readonly<Record<string, Part>>; readonly extra?: (coat: Coat) => string };

const tusk = '<path d="M4.6 18.6q.9-1.9 1.9-1.7q-.2 1.4-.7 2.3z" fill="#efe6d2"/>';
const bristles = (coat: Coat): string =>
  `<path d="M9 10.6q1-2.2 2.2-1.2q.8-2 2-.8q1-1.8 2.1-.5q1.2-1.5 2.2 0q1.3-1.2 2.2.4q1.6-.9 2.4 1.5l-.3 1.2l-12.600.4z" fill="${coat.dark}"/>`;

const PLANS: Readonly<Record<Exclude<Species, 'fox'>, IconPlan>> = {
  deer: {
    icon: 'deer',
    fills: { '#f3ad61': 'main', '#d3883e': 'shade', '#ffdea7': 'pale', '#6d4534': 'dark', '#7d4533': 'dark', '#212121': 'dark' },
  },
  boar: {
    icon: 'pig',
    fills: { '#ff8687': 'main', '#ff5e59': 'shade', '#fbb8ab': 'pale', '#1c1c1c': 'dark' },
    extra: (coat) => bristles(coat) + tusk,
  },
  badger: { icon: 'badger', fills: { '#636363': 'main', '#212121': 'dark', '#d3d3d3': 'pale', '#1c1c1c': 'dark' } },
  hare: { icon: 'rabbit', fills: { '#fff': 'main', '#9b9b9b': 'shade', '#ff8687': 'pale', '#1c1c1c': 'dark' } },
};

const fox = (coat: Coat): string => `
<path fill="${coat.shade}" d="M12.2 20h2.6l-.5 9.500q0 .5-.5.5h-1.300q-.5 0-.5-.5zM20.500 19.500h2.800l.9 10q0 .5-.5.5h-1.400q-.5 0-.5-.5z"/>
<path fill="${coat.main}" d="M22.200 14.600q2.300-.3 3.200-2.900q1-3 3.600-3.700q2.600 1.700 2 5.400q-.7 4.700-6.400 7.300l-1 .8l.7 7.900q0 .6-.6.6h-1.300q-.5 0-.6-.5l-1.300-7.300l-8.400.2l-1.800 7.100q-.1.5-.6.5h-1.300q-.6 0-.5-.6l.9-9.200q-1.600-1.600-1.700-4l-3.900.6q-1.900.2-2.700-1.100q-.3-.9.8-1.200l2.300-1.100q.3-2 1.500-2.900l.2-3q.1-.8.8-.3l2.100 2.500q1.700.3 2.500 2q.6 1.300 2 1.600q3.600.6 7.500 1.300z"/>
<path fill="${coat.pale}" d="M29 8q2.600 1.700 2 5.400q-.2 1.300-.8 2.400q-1.800-.4-2.300-2.300q-.6-2.900 1.100-5.500M.800 16.500q2.700.4 4.700-.3q1.400-.4 2.300.4q1.800 2.400 1.100 5q-1-1-1.300-3.200l-3.900.6q-2.600.3-2.900-2.500"/>
<path fill="${coat.dark}" d="M5 10.300l.1-1.300q.1-.8.8-.3l1.100 1.300q-1.200-.2-2 .3M.300 16q.2-.5 1-.4q.4.7-.2 1.100q-.8.1-.8-.7M5.100 13.700a.6.6 0 1 1-1.200 0a.6.6 0 0 1 1.200 0M8.700 26.300h1.900l-.7 3.200q-.1.5-.6.5h-1q-.6 0-.5-.6zM21.700 26.300h1.900l.3 3.100q0 .6-.6.6h-1.300q-.5 0-.6-.5zM12.600 27h1.800l-.1 2.500q0 .5-.5.5h-1.300q-.5 0-.5-.5zM21.900 27"/>`;

type IconFile = { readonly icons: Readonly<Record<string, { readonly body: string } | undefined>> };
let icons: IconFile['icons'] | undefined;

const iconBody = (name: string): string => {
  icons ??= (JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@iconify-json/fluent-emoji-flat/icons.json'), 'utf8')) as IconFile).icons;
  const found = icons[name];
  if (found === undefined) throw new Error(`The icon package no longer holds "${name}".`);
  return found.body;
};

/**
 * SVG inner markup of an animal in a 32 × 32 box, looking left, feet at y = 30.
 * @throws Error when the icon package lacks the icon
 */
export const iconArt = (species: Species, coat: Coat): string => {
  if (species === 'fox') return fox(coat);
  const plan = PLANS[species];
  const recoloured = iconBody(plan.icon).replaceAll(/fill="(#[0-9a-f]+)"/g, (whole, fill: string) => {
    const part = plan.fills[fill];
    return part === undefined ? whole : `fill="${coat[part]}"`;
  });
  return recoloured + (plan.extra?.(coat) ?? '');
};
