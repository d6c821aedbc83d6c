import { Stack, Text } from '@mantine/core';
import { choiceAt, type ReviewAction, type ReviewContext } from '../actions/review-actions.ts';
import { messages } from '../messages/en.ts';
import { AnswerButton } from './answer-button.tsx';

const words = messages.review;

/** What the model thought and why a person looks; of all that nothing on blind items. */
export function ModelAnswer({ actions, context }: { actions: ReadonlyMap<string, ReviewAction>; context: ReviewContext }) {
  const { item } = context;
  if (item === null) return null;
  const prediction = item.blind ? null : item.prediction;
  const [top] = prediction?.top ?? [];
  return (
    <Stack className="card" gap="sm" p="md">
      <div>
        <Text fw={650} size="lg">{top === undefined ? words.asks : words.modelSays(top.name)}</Text>
        {prediction === null ? <Text size="sm" c="dimmed">{words.blind}</Text> : <Text size="sm" c="dimmed">{words.modelVersion(prediction.modelVersionNumber)}</Text>}
      </div>
      {prediction !== null && prediction.flags.length > 0 && (
        <div>
          <Text size="xs" fw={600} c="dimmed">{words.why}</Text>
          {prediction.flags.map(({ reason, value, threshold }) => <Text key={reason} size="sm">{messages.flags[reason](value, threshold)}</Text>)}
        </div>
      )}
      <div className="bars" role="group" aria-label={prediction === null ? words.classes : words.answers}>
        {[0, 1, 2, 3, 4].map((rank) => {
          const action = actions.get(`rank-${rank + 1}`);
          const choice = choiceAt(context, rank);
          if (action === undefined || choice === undefined) return null;
          return <AnswerButton key={rank} action={action} context={context} name={choice.name} share={prediction?.top[rank]?.probability} />;
        })}
      </div>
    </Stack>
  );
}
