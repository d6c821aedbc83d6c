import { t } from '../../messages/index.ts';
import { ReasonDialog } from './reason-dialog.tsx';
import type { useDecide } from './use-decide.ts';

/** Confirms a promotion or a rollback, and asks why. */
export function DecideDialog({ decide }: { decide: ReturnType<typeof useDecide> }) {
  const promoting = decide.asked?.kind === 'promotion' ? decide.asked.number : null;
  return (
    <ReasonDialog
      opened={decide.asked !== null} title={promoting === null ? t('models.rollBack.title') : t('models.promote.title', { number: promoting })}
      confirm={promoting === null ? t('models.rollBack') : t('models.promote')} busy={decide.busy} error={decide.error} onClose={() => decide.ask(null)} onConfirm={decide.confirm}
    />
  );
}
