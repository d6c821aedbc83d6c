import { confusionMatrixSvg } from '../../domain/plots/confusion-matrix.ts';
import { perClassRecallSvg } from '../../domain/plots/per-class-recall.ts';
import { reliabilityDiagramSvg, type ReliabilityDiagram } from '../../domain/plots/reliability-diagram.ts';
import { svgToPng } from './svg-to-png.ts';

/** What the plots of a run show. */
export interface PlottedEvaluation {
  /** counts[true][answered] in the order of the class names */
  readonly confusion: readonly (readonly number[])[];
  readonly reliability: ReliabilityDiagram['bins'];
}

export interface PlotFile {
  /** Path among the run's artifacts. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Draws a run's plots, each as an SVG and as a PNG for viewers that show no SVG. */
export function createRunPlots(): { files(evaluation: PlottedEvaluation, classNames: readonly string[]): Promise<PlotFile[]> } {
  return {
    async files({ confusion, reliability }, classNames) {
      const classes = classNames.map((name, i) => ({ name, right: confusion[i]?.[i] ?? 0, images: (confusion[i] ?? []).reduce((sum, count) => sum + count, 0) }));
      const plots = {
        'confusion-matrix': confusionMatrixSvg({ classNames, counts: confusion }),
        'recall-by-class': perClassRecallSvg({ classes }),
        reliability: reliabilityDiagramSvg({ bins: reliability }),
      };
      const drawn = await Promise.all(Object.entries(plots).map(async ([name, svg]): Promise<PlotFile[]> => [
        { path: `plots/${name}.svg`, bytes: new TextEncoder().encode(svg), mediaType: 'image/svg+xml' },
        { path: `plots/${name}.png`, bytes: await svgToPng(svg), mediaType: 'image/png' },
      ]));
      return drawn.flat();
    },
  };
}
