import { Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { t } from '../../messages/index.ts';
import type { PaletteEntry } from './palette.ts';

const plain = (text: string): string => text.toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, '');

/** Classes whose name has the text, those that begin with it first. */
export function findClasses(palette: readonly PaletteEntry[], text: string): readonly PaletteEntry[] {
  const wanted = plain(text.trim());
  const found = palette.filter((entry) => plain(entry.name).includes(wanted));
  return found.toSorted((a, b) => Number(!plain(a.name).startsWith(wanted)) - Number(!plain(b.name).startsWith(wanted)));
}

/** Find a class by typing; Enter answers with the one marked. */
export function SearchDialog({ opened, onClose, palette, choose }: { opened: boolean; onClose: () => void; palette: readonly PaletteEntry[]; choose: (classId: number) => void }) {
  return <Modal opened={opened} onClose={onClose} title={t('review.search.title')} closeButtonProps={{ 'aria-label': t('app.close') }}>{opened && <Search palette={palette} choose={choose} />}</Modal>;
}

function Search({ palette, choose }: { palette: readonly PaletteEntry[]; choose: (classId: number) => void }) {
  const [text, setText] = useState('');
  const [marked, setMarked] = useState(0);
  const found = findClasses(palette, text).slice(0, 50);
  const at = Math.min(marked, found.length - 1);
  return (
    <>
      <TextInput
        data-autofocus role="combobox" aria-expanded="true" aria-controls="class-list" aria-activedescendant={found[at] === undefined ? undefined : `class-option-${found[at].classId}`}
        label={t('review.search.label')} value={text} onChange={(event) => { setText(event.currentTarget.value); setMarked(0); }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setMarked(Math.min(at + 1, found.length - 1));
          else if (event.key === 'ArrowUp') setMarked(Math.max(at - 1, 0));
          else if (event.key === 'Enter' && !event.nativeEvent.isComposing && found[at] !== undefined) choose(found[at].classId);
          else return;
          event.preventDefault();
        }}
      />
      {found.length === 0 ? <p className="quiet" role="status">{t('review.search.none')}</p> : (
        <ul id="class-list" role="listbox" aria-label={t('review.classes')} className="search-list">
          {found.map((entry, index) => (
            <li key={entry.classId} id={`class-option-${entry.classId}`} role="option" aria-selected={index === at} onClick={() => choose(entry.classId)}>{entry.name}</li>
          ))}
        </ul>
      )}
    </>
  );
}
