/** The side of a dataset version an image is on; `test` is the holdout side. */
export type ManifestSplit = 'train' | 'validation' | 'test';
