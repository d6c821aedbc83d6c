import type { Command } from 'commander';
import type { Lineage } from '../../contracts/lineage.ts';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { addProjectVerb } from '../verb.ts';

const KINDS = ['prediction', 'label', 'image'];

/** `perennial lineage prediction|label|image ID` */
export function addLineageVerb(program: Command, context: CliContext): void {
  addProjectVerb(program, 'lineage <kind> <id>', 'the whole chain of a prediction, label or image, both ways', ['lineage prediction 0198c0de-1111-7222-8333-444455556666', 'lineage label 0198c0de-1111-7222-8333-444455556666 --json']).action(
    async (kind: string, id: string, options: { json?: boolean; project?: string }) => {
      if (!KINDS.includes(kind)) throw new UsageError(`The kind is one of ${KINDS.join(', ')}.`);
      const { api } = await context.project(options.project);
      const lineage = await api.lineage(kind, id);
      context.print(options, lineage, () => lineageWords(lineage));
    },
  );
}

/** The chain as lines: the subject, what it rests on, what it led to. Each link is shown once, so the walk ends. */
export function lineageWords({ subject, nodes, edges }: Lineage): string {
  const titles = new Map(nodes.map((node) => [node.id, `${node.kind.replaceAll('_', ' ')}: ${node.title}${node.at === null ? '' : ` (${node.at.slice(0, 16)})`}`]));
  const walk = (start: string, forwards: boolean): string[] => {
    const seen = new Set([start]);
    const lines: string[] = [];
    const visit = (id: string, depth: number): void => {
      for (const edge of edges) {
        const [near, far] = forwards ? [edge.from, edge.to] : [edge.to, edge.from];
        if (near !== id || seen.has(far)) continue;
        seen.add(far);
        lines.push(`${'  '.repeat(depth)}${forwards ? '→' : '←'} ${edge.because}: ${titles.get(far) ?? far}`);
        visit(far, depth + 1);
      }
    };
    visit(start, 1);
    return lines;
  };
  const [back, on] = [walk(subject.id, false), walk(subject.id, true)];
  return [titles.get(subject.id) ?? subject.title, ...(back.length > 0 ? ['came from', ...back] : []), ...(on.length > 0 ? ['led to', ...on] : [])].join('\n');
}
