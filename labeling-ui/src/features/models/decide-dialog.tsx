import { t } from '../../messages/index.ts';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import type { useDecide } from './use-decide.ts';

/** Confirms a promotion, a rollback or a challenge, and asks why. */
export function DecideDialog({ decide }: { decide: ReturnType<typeof useDecide> }) {
  const { asked } = decide;
  const [title, confirm] = asked === null ? ['', '']
    : asked.kind === 'rollback' ? [t('models.rollBack.title'), t('models.rollBack')]
      : asked.kind === 'promotion' ? [t('models.promote.title', { number: asked.number }), t('models.promote')] : [t('road.setOut.title', { number: asked.number }), t('road.setOut')];
  return (
    <ReasonDialog
      opened={asked !== null} title={title} confirm={confirm} busy={decide.busy} error={decide.error} onClose={() => decide.ask(null)} onConfirm={decide.confirm}
    />
  );
}
