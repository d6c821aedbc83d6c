import type { MatrixProducts } from '../domain/matrix-products.ts';
import type { HeadTrainer } from '../domain/ports-models.ts';
import { trainHead } from '../training/train-head.ts';

/** At most one line a second: every fit has hundreds of iterations. */
const sayEveryMs = 1_000;

/** The head trainer of `training/` behind the core's port. Rare classes count as much as common ones: seasons change the mix. */
export function createHeadTrainer(deps: { products: MatrixProducts; now: () => number }): HeadTrainer {
  return {
    async train({ onProgress, previousHead, ...input }) {
      let saidAt = 0;
      const { head, report } = await trainHead(deps, {
        ...input,
        ...(previousHead && { previousHead }),
        onProgress: ({ stage, iteration, loss }) => {
          if (deps.now() - saidAt < sayEveryMs) return;
          saidAt = deps.now();
          onProgress(`${stage}: iteration ${iteration}, loss ${loss.toFixed(4)}`);
        },
      });
      const recall = Object.fromEntries((report.validation?.recall ?? []).filter((each) => each.count > 0).map((each) => [`recall_class_${each.classId}`, each.recall]));
      const validation = report.validation;
      return {
        head,
        parameters: { label_weight_max: String(Math.max(...input.sampleWeights)), l2: String(report.l2), optimiser: 'L-BFGS', normalise: head.normalise, temperature: head.temperature.toFixed(4), iterations: String(report.iterations), converged: String(report.converged) },
        metrics: {
          loss: report.loss, validation_images: report.validationImages, training_ms: report.milliseconds, ...recall,
          ...(validation && { validation_accuracy: validation.accuracy, validation_log_loss: validation.logLoss, validation_macro_f1: validation.macroF1, validation_ece: validation.ece }),
        },
      };
    },
  };
}
