import { objectStoreContract } from '../contracts/object-store.contract.ts';
import { createMemoryObjectStore } from './memory-object-store.ts';

const store = createMemoryObjectStore();
objectStoreContract('the store in memory', () => store);
