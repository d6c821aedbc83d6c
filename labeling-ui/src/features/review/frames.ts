import { useEffect, useMemo, useReducer } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { BurstFrameReply } from '../../../../contracts/review-bursts.ts';
import type { ReviewItemReply } from '../../../../contracts/reviews.ts';
import { api } from '../../services.ts';
import type { Decision, FrameException } from './save-queue.ts';

export type Frame = BurstFrameReply;

/** Frames of the bursts that were claimed, by item, and what a person noted about them. */
export function createFrameTable() {
  const frames = new Map<string, readonly Frame[]>();
  const seen = new Map<string, Set<string>>();
  const exceptions = new Map<string, Map<string, Decision>>();
  const listeners = new Set<() => void>();
  const tell = (): void => { for (const listener of listeners) listener(); };
  return {
    put(itemId: string, own: readonly Frame[]): void { frames.set(itemId, own); tell(); },
    of: (itemId: string): readonly Frame[] => frames.get(itemId) ?? [],
    see(itemId: string, imageId: string): void {
      const own = seen.get(itemId) ?? new Set();
      if (own.has(imageId)) return;
      seen.set(itemId, own.add(imageId));
      tell();
    },
    seen: (itemId: string): ReadonlySet<string> => seen.get(itemId) ?? new Set(),
    exceptions: (itemId: string): ReadonlyMap<string, Decision> => exceptions.get(itemId) ?? new Map(),
    except(itemId: string, imageId: string, decision: Decision | null): void {
      const own = new Map(exceptions.get(itemId));
      if (decision === null) own.delete(imageId);
      else own.set(imageId, decision);
      exceptions.set(itemId, own);
      tell();
    },
    subscribe(listener: () => void): () => void { listeners.add(listener); return () => { listeners.delete(listener); }; },
  };
}
export type FrameTable = ReturnType<typeof createFrameTable>;

/** What goes with a decision for a whole burst: which images were looked at, and which of them are exceptions. */
export function burstParts(table: FrameTable, item: Pick<ReviewItemReply, 'id' | 'imageId'>): { seen: string[]; exceptions: FrameException[] } {
  const answerable = new Set(table.of(item.id).filter((frame) => frame.answerable).map((frame) => frame.imageId));
  const seen = [...new Set([item.imageId, ...table.seen(item.id)])].filter((imageId) => imageId === item.imageId || answerable.has(imageId));
  const exceptions = [...table.exceptions(item.id)].filter(([imageId]) => seen.includes(imageId) && imageId !== item.imageId);
  return { seen, exceptions: exceptions.map(([imageId, { kind, classId }]) => ({ imageId, kind, ...(classId !== undefined && { classId }) })) };
}

const emptyNames = new Set(['empty', 'blank', 'nothing', 'none', 'vacio', 'vacia', 'nada', 'leer', 'vide', 'vazio']);
/** Whether a class says that there is nothing in the picture; many at once of it are asked about twice. */
export const saysEmpty = (name: string): boolean => emptyNames.has(name.trim().toLowerCase().normalize('NFD').replaceAll(/\p{M}/gu, ''));

/** The frames around an image: those that came with its burst, else asked for once they are wanted. */
export function useFrames(project: string, item: ReviewItemReply | null, table: FrameTable | null, wanted: boolean): readonly Frame[] {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => table?.subscribe(redraw), [table]);
  const asked = useQuery({ queryKey: ['frames', project, item?.id], queryFn: () => api.frames(project, item?.id ?? ''), enabled: table === null && wanted && item !== null, staleTime: Infinity, retry: false });
  const none = useMemo(() => [] as const, []);
  if (item === null) return none;
  return table === null ? asked.data?.frames ?? none : table.of(item.id);
}
