/** A camera's images of one week; medians are null where nothing was measured. */
export interface CameraWeek {
  readonly week: string;
  readonly images: number;
  readonly flagged: number;
  readonly sharpness: number | null;
  readonly novelty: number | null;
}

export interface CameraFigures {
  /** Null gathers images that came without a camera. */
  readonly id: string | null;
  readonly name: string | null;
  readonly site: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly images: number;
  readonly flagged: number;
  readonly lastAt: Date | null;
  /** Settled audit images, by the group that is never parted: frames of a burst are not independent. */
  readonly audited: readonly { readonly group: string; readonly right: boolean }[];
  readonly weeks: readonly CameraWeek[];
}

export interface CameraReader {
  /** Most images first, over the `weeks` weeks before the newest prediction; cameras that sent nothing then come last. */
  figures(projectId: string, weeks: number): Promise<readonly CameraFigures[]>;
}
