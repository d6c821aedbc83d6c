import { Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { keyLabel } from '../actions/action.ts';
import type { NamedClass, ReviewAction } from '../actions/review-actions.ts';
import { messages } from '../messages/en.ts';

const words = messages.review;

/** Every key there is, from the very table the keys are bound by. */
export function KeySheet({ opened, close, actions }: { opened: boolean; close: () => void; actions: readonly ReviewAction[] }) {
  return (
    <Modal opened={opened} onClose={close} title={words.keys} centered>
      <Table>
        <Table.Tbody>
          {actions.filter(({ keys }) => keys.length > 0).map(({ id, label, keys }) => (
            <Table.Tr key={id}>
              <Table.Td w={130}>{keys.map((key) => <kbd key={key} className="key" style={{ marginInlineEnd: 4 }}>{keyLabel(key)}</kbd>)}</Table.Td>
              <Table.Td>{label}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

/** Finds a class by part of its name; Enter takes the first. */
export function ClassSearch({ opened, close, classes, choose }: { opened: boolean; close: () => void; classes: readonly NamedClass[]; choose: (classId: number) => void }) {
  const [text, setText] = useState('');
  const found = classes.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase())).slice(0, 12);
  function take(classId: number | undefined): void {
    if (classId === undefined) return;
    setText('');
    close();
    choose(classId);
  }
  return (
    <Modal opened={opened} onClose={close} title={words.search}>
      <form onSubmit={(event) => { event.preventDefault(); take(found[0]?.classId); }}>
        <Stack gap="xs">
          <TextInput data-autofocus aria-label={words.search} value={text} onChange={(event) => setText(event.currentTarget.value)} />
          {found.length === 0 && <Text size="sm" c="dimmed">{words.searchNone}</Text>}
          {found.map(({ classId, name }) => <button key={classId} type="button" className="answer" onClick={() => take(classId)}><span className="name">{name}</span></button>)}
        </Stack>
      </form>
    </Modal>
  );
}
