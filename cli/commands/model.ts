import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { renderTable } from '../table.ts';
import { addNoun, addProjectVerb } from '../verb.ts';
import { addModelHindsightVerb } from './model-hindsight.ts';
import { addModelImportVerb } from './model-import.ts';

type Options = { readonly json?: boolean; readonly project?: string };

/** `perennial model list|import|hindsight` */
export function addModelVerbs(program: Command, context: CliContext): void {
  const noun = addNoun(program, 'model', 'trained and imported versions');
  addProjectVerb(noun, 'list', 'model versions, newest first', ['model list --project fox-cameras']).action(async (options: Options) => {
    const { api } = await context.project(options.project);
    const { items } = await api.modelVersions();
    context.print(options, items, () => renderTable(['version', 'kind', 'role', 'dataset', 'accuracy', 'MLflow', 'made'], items.map((each) =>
      [each.number, each.kind, each.champion ? 'champion' : each.challenger ? 'challenger' : '', each.datasetVersion, each.metrics?.['accuracy']?.toFixed(3), each.mlflowVersion, each.createdAt.slice(0, 16)])));
  });
  addModelImportVerb(noun, context);
  addModelHindsightVerb(noun, context);
}
