import { Command } from 'commander';
import { addChallengeVerbs } from './commands/challenge.ts';
import { addColdStartVerb } from './commands/cold-start.ts';
import { addDatasetVerbs } from './commands/dataset.ts';
import { addDoctorVerb } from './commands/doctor.ts';
import { addImportVerbs } from './commands/import.ts';
import { addLineageVerb } from './commands/lineage.ts';
import { addModelVerbs } from './commands/model.ts';
import { addPeopleVerbs } from './commands/people.ts';
import { addProjectVerbs } from './commands/project.ts';
import { addPromotionVerbs } from './commands/promotion.ts';
import { addReplayVerb } from './commands/replay.ts';
import { addRetrainVerbs } from './commands/retrain.ts';
import { addRoundVerbs } from './commands/round.ts';
import { addScheduleVerbs } from './commands/schedule.ts';
import { addStatusVerb } from './commands/status.ts';
import { addTrainerVerbs } from './commands/trainer.ts';
import type { CliContext } from './context.ts';

/** The whole command line, ready to parse. */
export function buildProgram(context: CliContext): Command {
  const program = new Command('perennial')
    .description('Keeps a vision model right after it ships: flag, verify, retrain, promote.')
    .showHelpAfterError('perennial --help shows what there is.')
    .addHelpText('after', '\nCredential: .perennial/credential.json (npm start writes it), or PERENNIAL_URL and PERENNIAL_KEY.\nExit status: 0 done, 1 refused or failed, 2 wrong arguments, 3 nobody answers.\n');
  for (const add of [
    addStatusVerb, addDoctorVerb, addProjectVerbs, addImportVerbs, addColdStartVerb, addRoundVerbs, addDatasetVerbs, addRetrainVerbs, addModelVerbs,
    addPromotionVerbs, addChallengeVerbs, addLineageVerb, addScheduleVerbs, addPeopleVerbs, addReplayVerb, addTrainerVerbs,
  ]) add(program, context);
  return program;
}
