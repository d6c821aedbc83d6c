import { createHash } from 'node:crypto';
import type { ModelFiles } from '../../domain/ports-models.ts';
import { canonicalPreprocessing, type Preprocessing } from '../../domain/preprocessing.ts';
import { decodeHead, encodeHead } from '../../domain/head-file.ts';
import { composeModel } from './head-model.ts';
import { decodeModel, readNotes } from './model-file.ts';
import { checkPreprocessing, noteKeys, parseNote } from './notes.ts';
import { weightsDigest } from './weights-digest.ts';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Equal specifications have equal digests. */
export const digestOfPreprocessing = (preprocessing: Preprocessing): string => sha256(new TextEncoder().encode(canonicalPreprocessing(preprocessing)));

/** Model files by ONNX's own schema. @see ModelFiles */
export const modelFiles: ModelFiles = {
  sha256,
  encodeHead,
  decodeHead,
  compose: composeModel,
  facts(backbone) {
    const notes = readNotes(decodeModel(backbone));
    const preprocessing = checkPreprocessing(parseNote(notes, noteKeys.preprocessing));
    const embedding = notes.get(noteKeys.embedding) === 'logits' ? 'logits' as const : 'features' as const;
    return { weightsDigest: weightsDigest(backbone), preprocessing, preprocessingDigest: digestOfPreprocessing(preprocessing), embedding };
  },
};
