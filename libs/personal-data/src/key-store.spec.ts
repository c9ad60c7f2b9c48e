import * as errors from './key-store.js';

it('every error of the key store says its name, by which logs and answers know it', () => {
  const { ErasedError, ...others } = errors;
  for (const [name, Other] of Object.entries(others)) {
    expect(Object.assign(new Other('what is wrong'))).toMatchObject({ name, message: 'what is wrong' });
  }
  expect(new ErasedError()).toMatchObject({ name: 'ErasedError', message: 'the key was destroyed: what it sealed is erased' });
  expect(Object.keys(others)).toHaveLength(5);
});
