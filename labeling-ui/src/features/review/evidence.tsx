import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { formatNumber, formatShare, formatTime, t } from '../../messages/index.ts';
import { keepFocus } from './action-buttons.tsx';
import type { Decision } from './save-queue.ts';
import { decisionInWords, flagInWords } from './words.ts';

interface EvidenceProps { readonly item: ReviewItemReply; readonly decision: Decision | undefined; readonly classes: readonly { classId: number; name: string }[]; readonly answer: (digit: number) => void; readonly accept: () => void }

/** What the model thought and why a person is asked; on a blind item, that it is blind. */
export function Evidence({ item, decision, classes, answer, accept }: EvidenceProps) {
  return (
    <section className="evidence" aria-label={t('review.thought')}>
      {decision !== undefined && <p className="chosen">{t('review.chosen', { answer: decisionInWords(decision, classes) })}</p>}
      {item.prediction === null ? <p className="blind">{t('review.blind')}</p> : <Thought prediction={item.prediction} answer={answer} accept={accept} />}
    </section>
  );
}

function Thought({ prediction, answer, accept }: { prediction: NonNullable<ReviewItemReply['prediction']>; answer: (digit: number) => void; accept: () => void }) {
  return (
    <>
      <div className="evidence-head"><h2>{t('review.thought')}</h2><span className="quiet">{t('home.version', { number: prediction.modelVersionNumber })}</span></div>
      <ol className="bars">
        {prediction.top.map(({ classId, name, probability }, index) => (
          <li key={classId}>
            <button type="button" className="bar-row" data-first={index === 0} onMouseDown={keepFocus} onClick={() => (index === 0 ? accept() : answer(index + 1))} data-testid={index === 0 ? 'action-accept' : `pick-${index + 1}`} aria-keyshortcuts={index === 0 ? 'Space 1' : String(index + 1)} aria-label={`${index === 0 ? `${t('action.accept')}: ` : ''}${name}, ${formatShare(probability)}`}>
              <span className="bar-fill" style={{ width: `${probability * 100}%` }} />
              <kbd>{index + 1}</kbd><span className="bar-name">{name}</span>{index === 0 && <kbd className="bar-accept">{t('review.space')}</kbd>}<span className="bar-share">{formatShare(probability)}</span>
            </button>
          </li>
        ))}
      </ol>
      <div className="why">
        <h2>{t('review.why')}</h2>
        <ul className="flags">
          {prediction.flags.length === 0 ? <li>{t('review.why.none')}</li> : prediction.flags.map((flag) => <li key={flag.reason}>{flagInWords(flag)}</li>)}
        </ul>
      </div>
    </>
  );
}

/** Camera, time, size: what is known of the image whatever the model thought. */
export function AboutImage({ item }: { item: ReviewItemReply }) {
  const facts: readonly (readonly [string, string])[] = [
    [t('review.about.camera'), item.camera ?? t('review.noCamera')],
    [t('review.about.time'), item.capturedAt === null ? t('review.noTime') : formatTime(item.capturedAt)],
    [t('review.about.size'), `${formatNumber(item.width)} × ${formatNumber(item.height)}`],
    ...(item.burstSize > 1 ? [[t('review.about.burst'), t('review.burst', { count: item.burstSize })] as const] : []),
  ];
  return <dl className="about">{facts.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>;
}
