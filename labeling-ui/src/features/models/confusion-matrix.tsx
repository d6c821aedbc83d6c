import type { CSSProperties } from 'react';
import type { EvaluationReply } from '../../../../contracts/model-evaluation.ts';
import { formatNumber, t } from '../../messages/index.ts';

export interface Cell { readonly truth: number; readonly answer: number }

/** Rows are what is true, columns what was answered; each cell that holds images opens them. */
export function ConfusionMatrix({ evaluation: { classes, matrix }, open }: { evaluation: EvaluationReply; open: (cell: Cell) => void }) {
  const used = new Set(matrix.flatMap(({ truth, answer }) => [truth, answer]));
  const shown = classes.filter(({ classId }) => used.has(classId));
  const counts = new Map(matrix.map(({ truth, answer, images }) => [`${truth}/${answer}`, images]));
  const totals = new Map(shown.map(({ classId }) => [classId, matrix.filter(({ truth }) => truth === classId).reduce((sum, { images }) => sum + images, 0)]));
  return (
    <div className="matrix-scroll" role="region" aria-label={t('models.matrix')} tabIndex={0}>
      <table className="matrix">
        <caption className="visually-hidden">{t('models.matrix.hint')}</caption>
        <thead><tr><th scope="col"><span className="visually-hidden">{t('models.matrix.truth')}</span></th>{shown.map(({ classId, name }) => <th key={classId} scope="col"><span>{name}</span></th>)}</tr></thead>
        <tbody>
          {shown.map(({ classId: truth, name }) => (
            <tr key={truth}>
              <th scope="row">{name}</th>
              {shown.map(({ classId: answer, name: answered }) => {
                const count = counts.get(`${truth}/${answer}`) ?? 0;
                const share = count / Math.max(1, totals.get(truth) ?? 0);
                // What fills a cell is its share of the row; the ink stays readable on every tint.
                return (
                  <td key={answer} data-right={truth === answer} style={{ '--share': share } as CSSProperties}>
                    {count === 0 ? <span className="matrix-none" aria-hidden="true">·</span> : <button type="button" onClick={() => open({ truth, answer })} aria-label={t('models.matrix.cell', { truth: name, answer: answered, count })}>{formatNumber(count)}</button>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
