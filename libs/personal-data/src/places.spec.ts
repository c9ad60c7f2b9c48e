import { namedPlace, placeOfTarget } from './places.js';

it('files keys where they always were: a place is frozen, or nothing is found again', () => {
  const placesKey = Buffer.alloc(32, 1);
  const place = placeOfTarget(placesKey, { subjectId: 'p-1', scope: 'c-1' });
  expect(place.toString('hex')).toBe('e6f814f91f94fb5c74b130e2a8823b4e497a1bfeea6342cc595cb7dd25f89320');
  expect(placeOfTarget(placesKey, { subjectId: 'p-1' })).toEqual(place.subarray(0, 16));
  // The same case of another person is another place.
  expect(placeOfTarget(placesKey, { subjectId: 'p-2', scope: 'c-1' }).subarray(16)).not.toEqual(place.subarray(16));
  expect(namedPlace('ids').toString('hex')).toBe('663817b7443a72d1595cfdff67fce4b6ec4f65d2ac24ed6c6250057b1eca3f57');
});
