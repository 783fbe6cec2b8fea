import { CATALOG, compileProgram, type Program } from '../kernels/index.js';

/** Every code of the catalog in dependency order: computing all of them costs less than keeping track of subsets. */
export const PROGRAM: Program = compileProgram(CATALOG);
