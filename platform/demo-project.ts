/** The environment of the product's processes, by which the project step reaches the database and the store. */
export type ProjectEnvironment = Readonly<Record<string, string>>;

/**
 * Makes sure that there is a project to look at when the product comes up.
 * @param _env what the product's processes are given
 * @param _options `dataFolder`: a person's own images, `FOLDER/<class>/*.jpg`, instead of the demo;
 * `whenMlflowReady`: to be awaited before MLflow is spoken to, which is still coming up at this point
 * @returns a few words for the progress line
 */
export async function ensureDemoProject(_env: ProjectEnvironment, _options: { dataFolder?: string; whenMlflowReady?: Promise<void> } = {}): Promise<string> {
  return 'no demo project yet';
}
