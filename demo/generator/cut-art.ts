/** Animals as angular paper cuts in other poses (a grazing doe, a sitting fox, a hare upright), on a 48 × 40 board, looking left, feet at y = 38. Held out while the generator was tuned. */
import type { Coat, Species } from './species.ts';

const shape = (fill: string, points: string): string => `<polygon fill="${fill}" points="${points}"/>`;
const eye = (x: number, y: number, fill: string): string => `<circle cx="${x}" cy="${y}" r=".8" fill="${fill}"/>`;

const deer = (c: Coat): string =>
  shape(c.shade, '21,22 24,22 23.500,38 21.800,38') + shape(c.shade, '37,20 40,21 41.500,29 40.500,38 38.800,38 39,29') +
  shape(c.main, '16,14 24,11.500 38,11 43,15 42,23 36,25 27,24.500 19,23 15,24 10,31 7,35.500 3,36.500 2.500,34.500 6,31 7,28 11,19') +
  shape(c.main, '17,22 20.500,22 19.500,38 17.600,38') + shape(c.main, '33,22 38,22 37,30 38,38 36,38 34.600,30') +
  shape(c.pale, '42.500,14.500 45,18 43,22 41.500,19') + shape(c.pale, '20,23.200 27,24.500 35,25 28,26.500 22,25.500') +
  shape(c.shade, '8,27 13,24.500 12.500,28 9.500,29.500') + shape(c.dark, '2.500,34.500 4.300,34 4.500,36.400 3,36.500') + eye(7, 31.600, c.dark);

const boar = (c: Coat): string =>
  shape(c.shade, '18,28 22,28 21,38 18.800,38') + shape(c.shade, '34,27 38,27 37.500,38 35.300,38') +
  shape(c.main, '2,33 5,28 10,22 15,15 22,11.500 31,13 39,17 42,23 40,30 30,32 21,32.500 14,31 9,34 4,36') +
  shape(c.dark, '13,17.500 14.500,13 17,14 18.500,10.500 21,12 23.500,9 25.500,11.800 28.500,10 30,13 34,13.500 31,15 22,13.800 16,17.500') +
  shape(c.main, '14,29 19,30 17.500,38 15,38') + shape(c.main, '37,25 41,25 41,38 38.600,38') +
  shape(c.pale, '2,33 4,31.600 5,35 4,36 2.200,35.200') + shape('#f1ead8', '6.500,33 7.800,28.800 9,33') + shape(c.shade, '12.500,20 13.500,15.500 17,19') + shape(c.dark, '41.500,20 45,23 44,27 43,24') + eye(9.800, 25.800, c.dark);

const fox = (c: Coat): string =>
  shape(c.main, '27,38 34,30 42,29 46,33 44,37 37,39') + shape(c.pale, '42,29 46,33 44,37 40.500,35.500') +
  shape(c.main, '14,14 22,15 28,22 32,31 31,38 15,38 13,28') + shape(c.shade, '24,26 30,28 31,38 22,38') +
  shape(c.main, '6,12.500 10,8.500 9.500,3 13.500,6.500 16.500,6.500 20,2.500 20.500,9 19,14 14,17 9,17 3.500,16') +
  shape(c.pale, '3.500,16 8,14 13,15 15,20 16.500,28 13.500,27 12.500,18.500 8,17.500') + shape(c.dark, '9.500,3 13,6.200 10,7') + shape(c.dark, '20,2.500 20.500,8 17.500,6') +
  shape(c.dark, '13.500,30 16.500,30 16,38 12.600,38') + shape(c.dark, '18,32 20.500,32 20,38 17,38') + shape(c.dark, '3.200,15 5,14.800 4.800,16.500 3.400,16.600') + eye(10.500, 11.500, c.dark);

const badger = (c: Coat): string =>
  shape(c.dark, '15,29 20,30 18,38 14,38') + shape(c.dark, '33,29 38,28 39,38 35,38') +
  shape(c.main, '9,22 14,17 24,14 35,16 42,22 43,29 37,32 24,33 13,31') + shape(c.dark, '12,29 24,31 38,29.500 37,32.500 24,34 13,32') +
  shape(c.pale, '1,33 4,28 9,22 14,18.500 16,23 14,29 8,33.500 3,35') + shape(c.dark, '3,31.500 7,26 13,21 15.500,22.500 14.500,26 9,29 4.500,33.500') +
  shape(c.dark, '7,24 13,18.500 15,17.800 10,22.500') + shape(c.pale, '41,21 46,28 43,30 41.500,27') + shape(c.dark, '1,33 2.600,32 2.800,34.600 1.400,34.600') + eye(8, 27.200, '#f2f2ef');

const hare = (c: Coat): string =>
  shape(c.shade, '17,13 16.500,1 19.500,0 21.500,12') + shape(c.main, '19.500,13 22.500,1 25.500,2 23,13') + shape(c.dark, '16.500,1 19.500,0 20,3.500 16.600,4') + shape(c.dark, '22.500,1 25.500,2 25.200,5 21.800,4') +
  shape(c.main, '12,18 15,12.500 21,11.500 25,15 24,20 28,24 32,30 32,37 29,38 15,38 17,30 18,22 14,21.500') +
  shape(c.shade, '22,30 28,27.500 31.500,33 30,38 19,38 20,36') + shape(c.pale, '12,18 16,19.500 20,21 20,28 18,33 17,30 18,22 14,21.500') + shape(c.pale, '31.500,31 35.500,32 35,36 32,36.500') +
  shape(c.main, '15,26 18,27 16.500,38 13.500,38') + shape(c.dark, '11.700,17.500 13,17 13,18.800 12.100,19') + eye(16.800, 15.600, c.dark);

const ART: Readonly<Record<Species, (coat: Coat) => string>> = { deer, boar, fox, badger, hare };

/** SVG inner markup of an animal on a 48 × 40 board, looking left, feet at y = 38. */
export const cutArt = (species: Species, coat: Coat): string => ART[species](coat);
