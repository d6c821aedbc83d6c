/** What is known of a picture's coming, for showing it: of the newest arrival. */
export interface PictureFacts {
  readonly camera: string | null;
  readonly capturedAt: Date | null;
  readonly fileName: string | null;
}

/** Facts of pictures by image; images of other projects are absent. */
export interface PictureReader {
  facts(projectId: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, PictureFacts>>;
}
