import { t } from '../../messages/index.ts';
import { isPlain, type Light, type LightKnob, lightRange } from '../../viewer/light.ts';

const knobs = ['brightness', 'contrast', 'gamma'] as const satisfies readonly LightKnob[];

/** Brightness, contrast and gamma of what is seen; the image itself stays as it is. */
export function LightPanel({ light, change, reset }: { light: Light; change: (light: Light) => void; reset: () => void }) {
  return (
    <section className="light-panel" aria-label={t('review.light')}>
      {knobs.map((knob) => (
        <label key={knob}>
          <span>{t(`review.light.${knob}`)}</span>
          <input type="range" min={lightRange[knob][0]} max={lightRange[knob][1]} step={0.05} value={light[knob]} onChange={(event) => change({ ...light, [knob]: Number(event.currentTarget.value) })} onKeyDown={(event) => event.stopPropagation()} />
        </label>
      ))}
      <button type="button" className="quiet-button" disabled={isPlain(light)} onClick={reset}>{t('review.light.reset')}</button>
    </section>
  );
}
