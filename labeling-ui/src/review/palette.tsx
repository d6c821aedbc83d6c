import { Stack, Text } from '@mantine/core';
import type { ReviewAction, ReviewContext } from '../actions/review-actions.ts';
import { messages } from '../messages/en.ts';
import { AnswerButton } from './answer-button.tsx';

const others = ['accept', 'skip', 'unsure', 'bad_image', 'not_in_list', 'person', 'repeat', 'undo', 'zoom', 'search', 'sheet'];

/** All classes with their letters, then what else can be said. */
export function Palette({ actions, context }: { actions: ReadonlyMap<string, ReviewAction>; context: ReviewContext }) {
  const classes = [...actions.values()].filter(({ id }) => id.startsWith('class-'));
  return (
    <Stack className="card" gap="sm" p="md">
      <Text size="xs" fw={600} c="dimmed">{messages.review.classes}</Text>
      <div className="palette" role="group" aria-label={messages.review.classes}>
        {classes.map((action) => <AnswerButton key={action.id} action={action} context={context} />)}
      </div>
      <Text size="xs" fw={600} c="dimmed">{messages.review.other}</Text>
      <div className="palette" role="group" aria-label={messages.review.other}>
        {others.map((id) => actions.get(id)).map((action) => action !== undefined && <AnswerButton key={action.id} action={action} context={context} />)}
      </div>
    </Stack>
  );
}
