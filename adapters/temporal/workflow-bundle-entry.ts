// Bundles the workflows into a file and ends: node workflow-bundle-entry.ts WORKFLOWS FILE
import { writeFileSync } from 'node:fs';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const [workflowsPath, file] = process.argv.slice(2);
if (workflowsPath === undefined || file === undefined) throw new Error('two paths are needed');
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
writeFileSync(file, code);
process.exit(0);
