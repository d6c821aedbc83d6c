import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatShare, formatTime, t } from '../../messages/index.ts';
import type { Decision } from './save-queue.ts';
import { decisionInWords, flagInWords } from './words.ts';

/** What the model thought and why a person is asked; on a blind item, that it is blind. */
export function Evidence({ item, decision, classes, answer }: { item: ReviewItemReply; decision: Decision | undefined; classes: readonly { classId: number; name: string }[]; answer: (digit: number) => void }) {
  return (
    <section className="evidence" aria-label={t('review.thought')}>
      {decision !== undefined && <p className="chosen">{t('review.chosen', { answer: decisionInWords(decision, classes) })}</p>}
      {item.prediction === null ? <p className="blind">{t('review.blind')}</p> : <Thought prediction={item.prediction} answer={answer} />}
      <p className="quiet where">{[item.camera ?? t('review.noCamera'), item.capturedAt === null ? t('review.noTime') : formatTime(item.capturedAt), ...(item.burstSize > 1 ? [t('review.burst', { count: item.burstSize })] : [])].join(' · ')}</p>
    </section>
  );
}

function Thought({ prediction, answer }: { prediction: NonNullable<ReviewItemReply['prediction']>; answer: (digit: number) => void }) {
  return (
    <>
      <div className="evidence-head"><h2>{t('review.thought')}</h2><span className="quiet">{t('review.thought.version', { number: prediction.modelVersionNumber, confidence: formatShare(prediction.confidence) })}</span></div>
      <ol className="bars">
        {prediction.top.map(({ classId, name, probability }, index) => (
          <li key={classId}>
            <button type="button" className="bar-row" onMouseDown={keepFocus} onClick={() => answer(index + 1)} data-testid={`pick-${index + 1}`}>
              <span className="bar-fill" style={{ width: `${probability * 100}%` }} />
              <kbd>{index + 1}</kbd><span className="bar-name">{name}</span><span className="bar-share">{formatShare(probability)}</span>
            </button>
          </li>
        ))}
      </ol>
      <h2>{t('review.why')}</h2>
      <ul className="flags">
        {prediction.flags.length === 0 ? <li>{t('review.why.none')}</li> : prediction.flags.map((flag) => <li key={flag.reason}>{flagInWords(flag)}</li>)}
      </ul>
    </>
  );
}

/** A click leaves the focus where it was, so that Space and Enter go on answering instead of pressing the button again. */
export const keepFocus = (event: { preventDefault(): void }): void => { event.preventDefault(); };
