import type { GateReportReply } from '../../../../contracts/models.ts';
import { formatFigure, formatPoints, spoken, t } from '../../messages/index.ts';

type Check = GateReportReply['checks'][number];
const kinds = ['overall', 'reference', 'macro F1', 'calibration', 'lost flips', 'latency', 'memory'] as const;
type Part = { readonly kind: (typeof kinds)[number] } | { readonly kind: 'class'; readonly name: string };

/** Which question a check asked. */
export function partOf(name: string): Part {
  const kind = kinds.find((each) => each === name);
  if (kind !== undefined) return { kind };
  return { kind: 'class', name: name.replace(/^class /, '') };
}

export function checkName(check: Pick<Check, 'name'>): string {
  const part = partOf(check.name);
  return part.kind === 'class' ? t('models.gate.name.class', { name: part.name }) : t(`models.gate.name.${part.kind}`);
}

const allowedPoints = (margin: number): string => formatPoints(margin).replace('+', '');

/** A check in one sentence with its counts. The gate writes English; in other languages the sentence is made of the same figures. */
export function checkSentence(check: Check): string {
  if (spoken() === 'en') return check.sentence;
  const part = partOf(check.name);
  if (part.kind === 'latency' || part.kind === 'memory') {
    if (check.difference === null) return check.sentence;
    const ratio = (over: number): string => formatFigure(1 + over);
    return t(`models.gate.times.${check.answer === 'hold' ? 'hold' : 'pass'}`, { where: t(`models.gate.where.${part.kind}`), ratio: ratio(check.difference), allowed: ratio(check.margin) });
  }
  const where = part.kind === 'class' ? t('models.gate.where.class', { name: part.name }) : t(`models.gate.where.${part.kind}`);
  const { difference, lower, upper, images } = check;
  const known = difference !== null && lower !== null && upper !== null;
  const facts = known ? t('models.gate.facts', { where, images: t('models.gate.images', { count: images }), difference: formatPoints(difference), lower: formatPoints(lower), upper: formatPoints(upper) }) : t('models.gate.nothing', { where });
  return `${facts} ${conclusion(check)}`;
}

function conclusion({ answer, margin: allowed, moreLabels }: Check): string {
  const margin = allowedPoints(allowed);
  if (answer !== 'cannot_tell') return t(`models.gate.${answer}`, { margin });
  return moreLabels === null ? t('models.gate.only', { margin }) : t('models.gate.open', { margin, count: moreLabels });
}

/** The whole verdict in one sentence. */
export function verdictSentence(report: Pick<GateReportReply, 'verdict' | 'sentence' | 'checks'>): string {
  if (spoken() === 'en' || report.checks.length === 0) return report.sentence;
  const named = report.checks.filter(({ answer }) => answer === report.verdict);
  const names = named.map(checkName).join(', ');
  if (report.verdict === 'pass') return t('models.gate.all', { count: report.checks.length });
  return report.verdict === 'hold' ? t('models.gate.held', { names }) : t('models.gate.unsure', { count: named.length, of: report.checks.length, names });
}
