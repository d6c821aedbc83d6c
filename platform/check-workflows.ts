import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime } from '@temporalio/worker';

// Building the bundle is the check: what a workflow may not import fails here, not at the first start.
Runtime.install({ logger: new DefaultLogger('ERROR') });
const workflowsPath = join(dirname(fileURLToPath(import.meta.url)), '..', 'workflows', 'index.ts');
const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
console.log(`The workflow bundle builds: ${(code.length / 1e6).toFixed(1)} MB.`);
process.exit(0);
