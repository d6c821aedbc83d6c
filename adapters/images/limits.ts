/** What one picture may cost. Bytes and pixels are refused before anything is decoded. */
export const bytesMax = 50 * 1024 * 1024;
export const pixelsMax = 50_000_000;
/** A decode that takes longer is given up: the file is made to be slow. */
export const decodeSecondsMax = 10;
/** Decodes at once in a process; the rest wait, so that 32 large files do not need 32 rasters. */
export const decodesMax = 2;
