// Whatever goes wrong is said in both languages.
import { problemOf } from './problem.js';

describe('a problem', () => {
  it.each([400, 404, 405, 408, 413, 414, 415, 417, 429, 431, 500, 502])(
    'of status %i has words in English and in Danish',
    (statusCode) => {
      const { detail, detailDa } = problemOf({ statusCode });
      expect(detail.length).toBeGreaterThan(10);
      expect(detailDa.length).toBeGreaterThan(10);
      expect(detailDa).not.toBe(detail);
    },
  );
});
