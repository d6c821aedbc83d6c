/** Animals of the `drawn` family: side views of our own, on a 48 × 40 board, looking left, feet at y = 38. */
import type { Coat, Species } from './species.ts';

const leg = (x: number, top: number, width: number, lean: number, fill: string, foot: string): string =>
  `<path fill="${fill}" d="M${x} ${top}h${width}l${lean - width * 0.25} ${37 - top}h${-width * 0.6}z"/>` +
  `<path fill="${foot}" d="M${x + lean + width * 0.1} 36.200h${width * 0.7}v1.800h${-width * 0.8}z"/>`;

const deer = (c: Coat): string => `
${leg(19, 22, 2.6, -1, c.shade, c.dark)}${leg(36, 21, 2.8, 2, c.shade, c.dark)}
<path fill="none" stroke="${c.dark}" stroke-width="1" stroke-linecap="round" d="M11 8q-1-4-5-5M10.300 6q-.4-3 1-4.800M7.800 4.400q0-2 .8-3M12 8q3-3 2.600-6.600M13.800 5.500q2.400-.8 3-3"/>
<path fill="${c.main}" d="M16 17q8-2.500 16-1.600q7.500.4 8.500 5q.3 4-2.500 6q-5 1.700-10 1q-5 1.200-10-.4q-3-2-4-6q-.6-4-2.500-7l-4.500.4q-2.400 0-2.800-1.600q1.400-2.300 4.500-3.200q1-2.200 3.800-1.700q2.800 1.300 3.500 9.100"/>
<path fill="${c.main}" d="M12.500 9.500q3-2.600 4.800-1.800q-1 2.600-4 3.400z"/><path fill="${c.pale}" d="M39.500 18.500q3 1 2.300 4.500q-2 .5-2.500-1.500zM18 26.500q5 1.600 10 .6q-4 2.300-9 1zM4.300 13.200q.9 1.400 3.200 1l1-1.300z"/>
${leg(15.500, 24, 3, 1, c.main, c.dark)}${leg(33, 24, 3.400, -1, c.main, c.dark)}
<circle cx="9.200" cy="10.800" r=".7" fill="${c.dark}"/><circle cx="4.600" cy="12.800" r=".8" fill="${c.dark}"/>`;

const boar = (c: Coat): string => `
${leg(17, 27, 3, 1, c.shade, c.dark)}${leg(33, 27, 3, -1, c.shade, c.dark)}
<path fill="${c.main}" d="M4 26q2-3.600 7-6q3-7 11-8q12-1 18 7q4 6 1.600 12q-3 2.600-9 2q-8 1.600-16-1q-3-1.400-4-4q-4 1.600-7.600 1q-2-1.400-1-3"/>
<path fill="${c.dark}" d="M13 17l1-4l2 2l1.400-4l2.200 2.500l2-3l2.200 2.400l2.600-2.600l1.600 2.800l3-1.400l.8 3q-10-2-18.800 2.300"/>
<path fill="${c.shade}" d="M13 20q-1.200-3.600 1-4.600q2.400 1.600 2.200 5zM41.500 24q4 1 3 6q-1.800 0-1.600-2q.2-2-2-2.600z"/>
<path fill="${c.pale}" d="M3 26.300q1.500-.8 2 1q.3 1.700-1.100 2q-1.600-1.200-.9-3"/><path fill="#f1ead8" d="M7.400 28.400q-.6-2.800 1.200-4q.9 2.200.6 4z"/>
${leg(13.500, 29, 3.200, -1, c.main, c.dark)}${leg(36, 28, 3.400, 1, c.main, c.dark)}
<circle cx="11.200" cy="22.600" r=".7" fill="${c.dark}"/>`;

const fox = (c: Coat): string => `
${leg(18, 26, 2, -2, c.shade, c.dark)}${leg(30, 26, 2, 2, c.shade, c.dark)}
<path fill="${c.main}" d="M31 21q4 1 6.500 4q3 3 7.500 2q2.400 1.700 1.700 4q-5 4-10.700.6q-4-2.600-7-5z"/><path fill="${c.pale}" d="M42 27.600q1.600 0 3-.6q2.400 1.700 1.700 4q-1.400 1.200-3 1.700q-2.400-2.300-1.700-5.100"/>
<path fill="${c.main}" d="M3 21q2-2 5-3l.6-5l3 3.400l2.400-2.800l1.500 4.400q1.400 2 4 2.400q6.500-1 12 1q3.500 2.600 2 6q-6 2-12 .8q-4 1-6.400-1.200q-1.700-1.800-2.300-4.500q-3 2.400-6.800 2q-3.200-1-3-3.500"/>
<path fill="${c.pale}" d="M3 21.500q3 1.600 6 .6q2.400-.4 3.200 1.600q1.600 2.600 4 4.500q-2.600 0-3.500-1.600q-1.200-1.800-1.400-3.600q-2.400 1.800-5.500 1.500q-2.600-.8-2.800-3"/>
<path fill="${c.dark}" d="M8.500 14.300l.1-1.300l1.600 1.800zM13.400 14.300l.6-.7l.6 1.800z"/>
${leg(15.500, 26, 2.200, 1, c.main, c.dark)}${leg(27.500, 26, 2.600, -1, c.main, c.dark)}
<path fill="${c.dark}" d="M15.600 32l1.600 0l.6 5h-1.700zM27.300 32h1.600l-.6 5h-1.600z"/><circle cx="9.500" cy="19.600" r=".65" fill="${c.dark}"/><circle cx="3.100" cy="21.200" r=".8" fill="${c.dark}"/>`;

const badger = (c: Coat): string => `
${leg(17, 30, 3.400, 0, c.dark, c.dark)}${leg(33, 30, 3.400, 0, c.dark, c.dark)}
<path fill="${c.main}" d="M12 23q6-7 16-7q11 .4 14.500 8q1.600 4-.5 8q-8 3-16 2.600q-9 .2-13-2.600q-3-4-1-9"/>
<path fill="${c.dark}" d="M12 31q7 2 14 1.600q9 .3 16-2q-.2 1.800-1 3q-8 2-15 1.600q-9 .4-13-2.400z"/>
<path fill="${c.pale}" d="M3 30q1-4 5-6q4-2.600 8-1.600q2.600 3 1 7.600q-4 2.600-9 2q-4 .2-5-2"/>
<path fill="${c.dark}" d="M4.500 28.500q3-4 8-4.800q3-.2 4.600 1.200q.6 2-.3 3.800q-3-2.600-6.600-1.700q-3 .8-5.200 2.600z"/>
<path fill="${c.pale}" d="M42 25.500q3.600 1 4 4q-2 1-4-1z"/><circle cx="15.500" cy="22.600" r="1.500" fill="${c.dark}"/><circle cx="15.300" cy="22.400" r=".8" fill="${c.pale}"/>
<circle cx="3.400" cy="30" r=".9" fill="${c.dark}"/><circle cx="9.200" cy="26.800" r=".6" fill="#f2f2ef"/>
${leg(13.500, 31, 3.600, -1, c.dark, c.dark)}${leg(36, 31, 3.600, 1, c.dark, c.dark)}`;

const hare = (c: Coat): string => `
<path fill="${c.shade}" d="M13.500 14q-1-7 1-12q3 3 2.400 11zM17 14q1-8 5-11q1.400 5-2 12z"/><path fill="${c.dark}" d="M13.700 4.500l.8-2.500q1 1 1.500 2.700zM20.500 4l1.500-1q.5 1.400.3 3z"/>
<path fill="${c.main}" d="M9 18q1.500-4.600 6.500-5q4.500 0 5.500 4.500q1 2.500 3 3q8-1 12.500 3.500q4 4.500 2.500 10q-1.400 3-5 3.400h-8q-1-2 2-3q-3 .4-5-.6l-3.400 2.800q-2.400 1.400-5.600.8q-.6-1.800 2.200-2.200q1.600-2 1.800-5q-1.800-2-2-5q-4 .6-6-2q-1.600-2.400-1-5.200"/>
<path fill="${c.shade}" d="M27 34q-1-6 4-8q-2 5 1.600 8.500q-2.600 1-5.600-.5"/><path fill="${c.pale}" d="M38 29q3.500-1.600 4.300 1.500q0 3-3.600 2.800zM9 20q1.800 2.500 5.500 2.600q1 1 3 1.400q-3.200 1.500-6.500.2q-2-1.600-2-4.200"/>
<circle cx="13.300" cy="17.300" r=".9" fill="${c.dark}"/><circle cx="9.100" cy="19.300" r=".6" fill="${c.dark}"/>`;

const ART: Readonly<Record<Species, (coat: Coat) => string>> = { deer, boar, fox, badger, hare };

/** SVG inner markup of an animal on a 48 × 40 board, looking left, feet at y = 38. */
export const drawnArt = (species: Species, coat: Coat): string => ART[species](coat);
