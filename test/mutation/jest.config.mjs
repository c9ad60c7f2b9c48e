// The specs that mutants are shown to: those of the group, without a server for each run (mutate.mjs starts one for all).
import whole from '../../jest.config.mjs';

const { globalSetup: _, globalTeardown: __, ...rest } = whole;

/** @type {import('jest').Config} */
export default {
  ...rest,
  rootDir: process.cwd(),
  roots: process.env.FREMDRIFT_MUTATION_SPECS.split(' '),
  testPathIgnorePatterns: process.env.FREMDRIFT_MUTATION_WITHOUT ? [process.env.FREMDRIFT_MUTATION_WITHOUT] : [],
  maxWorkers: 1,
};
