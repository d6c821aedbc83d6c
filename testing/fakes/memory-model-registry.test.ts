import { modelRegistryContract } from '../contracts/model-registry.contract.ts';
import { createMemoryModelRegistry } from './memory-model-registry.ts';

const registry = createMemoryModelRegistry();
modelRegistryContract('the registry in memory', () => registry);
