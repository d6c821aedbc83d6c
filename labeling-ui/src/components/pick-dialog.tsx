import { Modal, TextInput } from '@mantine/core';
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { t } from '../messages/index.ts';

export interface Pickable { readonly id: string; readonly name: string; readonly note?: ReactNode; readonly group?: string }

const plain = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');

/** Those whose name has every word of the text; first those that begin with it, then those with a word that does. */
export function find<Entry extends { readonly name: string }>(entries: readonly Entry[], text: string): readonly Entry[] {
  const wanted = plain(text.trim());
  const words = wanted.split(/\s+/);
  const rank = (name: string): number => (name.startsWith(wanted) ? 0 : name.split(/\s+/).some((word) => word.startsWith(wanted)) ? 1 : 2);
  return entries.filter((entry) => words.every((word) => plain(entry.name).includes(word))).toSorted((a, b) => rank(plain(a.name)) - rank(plain(b.name)));
}

interface PickProps { readonly label: string; readonly none: string; readonly entries: readonly Pickable[]; readonly choose: (id: string) => void }

/** Find by typing; ↑ and ↓ mark, Enter chooses. */
export function PickDialog({ opened, onClose, title, ...rest }: PickProps & { opened: boolean; onClose: () => void; title: string }) {
  return <Modal opened={opened} onClose={onClose} title={title} yOffset="12vh" closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <Picking {...rest} />}</Modal>;
}

const shownMax = 60;

function Picking({ label, none, entries, choose }: PickProps) {
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const found = find(entries, text).slice(0, shownMax);
  const at = Math.min(marked, found.length - 1);
  const here = found[at];
  useEffect(() => { if (here !== undefined) document.getElementById(`pick-option-${here.id}`)?.scrollIntoView({ block: 'nearest' }); }, [here]);
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setMarked(Math.min(at + 1, found.length - 1));
    else if (event.key === 'ArrowUp') setMarked(Math.max(at - 1, 0));
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing && here !== undefined) choose(here.id);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <TextInput
        data-autofocus role="combobox" aria-expanded={found.length > 0} aria-controls="pick-list" aria-autocomplete="list" aria-activedescendant={here === undefined ? undefined : `pick-option-${here.id}`}
        label={label} value={text} onChange={(event) => { setText(event.currentTarget.value); setMarked(0); }} onKeyDown={press}
      />
      {found.length === 0 ? <p className="quiet" role="status">{none}</p> : (
        <ul id="pick-list" role="listbox" aria-label={label} className="pick-list">
          {found.map((entry, index) => (
            <li key={entry.id} id={`pick-option-${entry.id}`} role="option" aria-selected={index === at} onClick={() => choose(entry.id)}>
              <span className="pick-name">{entry.name}</span>{entry.group !== undefined && <span className="pick-group">{entry.group}</span>}{entry.note}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
