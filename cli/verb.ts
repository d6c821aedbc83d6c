import { type Command, InvalidArgumentError } from 'commander';

/**
 * Adds a verb that answers in words or, with --json, as JSON, and whose help ends in examples.
 * @param usage name and arguments, commander's notation
 */
export function addVerb(parent: Command, usage: string, summary: string, examples: readonly string[]): Command {
  return parent.command(usage).description(summary).option('--json', 'answer as JSON').addHelpText('after', `\nExamples:\n${examples.map((each) => `  $ perennial ${each}`).join('\n')}\n`);
}

/** The same for verbs inside a project. */
export function addProjectVerb(parent: Command, usage: string, summary: string, examples: readonly string[]): Command {
  return addVerb(parent, usage, summary, examples).option('-p, --project <name>', 'the project; may be left out where there is only one');
}

/** A group of verbs about one noun. */
export function addNoun(parent: Command, name: string, summary: string): Command {
  return parent.command(name).description(summary);
}

/** Parser of whole numbers within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) throw new InvalidArgumentError(`A whole number from ${least} to ${most} is needed.`);
    return value;
  };
}

/** Parser of different whole numbers with commas between. */
export function wholeNumbers(text: string): number[] {
  const list = names(text).map(wholeNumber(0, 2 ** 31 - 1));
  if (new Set(list).size < list.length) throw new InvalidArgumentError('Each number may stand once.');
  return list;
}

/** Parser of a share, 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) throw new InvalidArgumentError('A number from 0 to 1 is needed.');
  return value;
}

/** Parser of names with commas between. */
export function names(text: string): string[] {
  const list = text.split(',').map((each) => each.trim()).filter((each) => each !== '');
  if (list.length === 0) throw new InvalidArgumentError('At least one name is needed.');
  return list;
}
