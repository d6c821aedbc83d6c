const earthMetres = 6_371_000;

export interface Metres { readonly east: number; readonly north: number }

/** Metres from the middle of the places, on a plane that touches the earth there: right to a thousandth over some kilometres. */
export function metresOf(places: readonly { readonly latitude: number; readonly longitude: number }[]): Metres[] {
  const middle = (values: readonly number[]): number => (Math.min(...values) + Math.max(...values)) / 2;
  const latitude = middle(places.map((place) => place.latitude));
  const longitude = middle(places.map((place) => place.longitude));
  const metresADegree = (Math.PI / 180) * earthMetres;
  return places.map((place) => ({ east: (place.longitude - longitude) * metresADegree * Math.cos((latitude * Math.PI) / 180), north: (place.latitude - latitude) * metresADegree }));
}

/** The largest of 1, 2, 5 times a power of ten that is not above it. */
export function roundMetres(metres: number): number {
  const power = 10 ** Math.floor(Math.log10(metres));
  return ([5, 2, 1].find((step) => step * power <= metres) ?? 1) * power;
}
