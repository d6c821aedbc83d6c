/** A named place between two writes, at which a test may have the process killed. Nothing happens at it in production. */
export type Failpoint = (name: string) => Promise<void>;
export const noFailpoints: Failpoint = async () => {};
