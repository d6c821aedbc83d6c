import type { AdjudicationDetail } from '../../../../contracts/review-adjudication.ts';
import type { AdjudicateContext, Verdict } from '../../actions/adjudicate-actions.ts';
import { verdictOf } from '../../actions/adjudicate-actions.ts';
import { formatShare, formatTime, t } from '../../messages/index.ts';
import { flagInWords } from '../review/shared.ts';

type Given = AdjudicationDetail['given'][number];
interface AnswersProps { readonly project: string; readonly entry: { readonly split: readonly { kind: Given['kind']; classId: number | null; name: string | null; count: number }[]; readonly camera: string | null; readonly capturedAt: string | null }; readonly detail: AdjudicationDetail | undefined; readonly decide: AdjudicateContext['decide'] }

/** Who said what, how often, and what the model thinks where that may be told. */
export function AnswersSideBySide({ entry, detail, decide }: AnswersProps) {
  const usable = entry.split.filter((each) => each.kind === 'class' || each.kind === 'bad_image');
  const total = Math.max(1, entry.split.reduce((sum, each) => sum + each.count, 0));
  return (
    <section className="evidence" aria-label={t('adjudicate.given')}>
      <h2>{t('adjudicate.given')}</h2>
      <ol className="bars">
        {entry.split.map((each) => {
          const digit = usable.indexOf(each) + 1;
          const verdict: Verdict | null = digit === 0 ? null : verdictOf(entry.split, digit);
          const name = each.name ?? t(each.kind === 'class' ? 'adjudicate.noName' : `answer.${each.kind}`);
          return (
            <li key={`${each.kind}-${each.classId}`}>
              <button type="button" className="bar-row" disabled={verdict === null} onClick={() => { if (verdict !== null) decide(verdict); }}>
                <span className="bar-fill" style={{ width: `${(each.count / total) * 100}%` }} />
                {digit > 0 && <kbd>{digit}</kbd>}<span className="bar-name">{name}</span><span className="bar-share">{each.count}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {detail !== undefined && (
        <>
          <ul className="given">{detail.given.map((given) => <One key={given.annotationId} given={given} />)}</ul>
          {detail.dispute !== null && <p className="blind">{t('adjudicate.dispute', { number: detail.dispute.modelVersionNumber, name: detail.dispute.className, share: formatShare(detail.dispute.probability), labelShare: formatShare(detail.dispute.labelProbability) })}</p>}
          {detail.prediction !== null && (
            <>
              <h2>{t('review.thought')}</h2>
              <p className="thought-line">{detail.prediction.top.slice(0, 3).map((each) => `${each.name} ${formatShare(each.probability)}`).join(' · ')}</p>
              <ul className="flags">{detail.prediction.flags.map((flag) => <li key={flag.reason}>{flagInWords(flag)}</li>)}</ul>
            </>
          )}
          {detail.behind.length > 0 && <p className="quiet">{t('adjudicate.behind', { count: detail.behind.length })}</p>}
        </>
      )}
      <p className="quiet where">{[entry.camera ?? t('review.noCamera'), entry.capturedAt === null ? t('review.noTime') : formatTime(entry.capturedAt)].join(' · ')}</p>
    </section>
  );
}

function One({ given }: { given: Given }) {
  const answer = given.className ?? (given.proposedName === null ? t(given.kind === 'class' ? 'adjudicate.noName' : `answer.${given.kind}`) : t('adjudicate.proposed', { name: given.proposedName }));
  return (
    <li data-withdrawn={given.withdrawn}>
      <span>{given.person.name}</span><strong>{answer}</strong>
      {given.comment !== null && <q>{given.comment}</q>}
      {given.propagated && <span className="quiet">{t('adjudicate.propagated')}</span>}
      {given.withdrawn && <span className="quiet">{t('adjudicate.withdrawn')}</span>}
    </li>
  );
}
