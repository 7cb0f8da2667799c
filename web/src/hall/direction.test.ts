import { expect, it } from 'vitest';

import { directionOf, NO_DIRECTION } from './direction';

it('the room says who presides, who is in the spotlight and who has the floor', () => {
  const metadata = JSON.stringify({ phase: 'open', presiding: 'chair', spotlight: 'point:071', floor: { place: 'point:072', speaker: 'An' }, vote: 1 });
  expect(directionOf(metadata)).toEqual({ presiding: 'chair', spotlight: 'point:071', floor: 'point:072' });
  expect(directionOf(JSON.stringify({ presiding: 'hub', spotlight: null, floor: null }))).toEqual({ presiding: 'hub', spotlight: null, floor: null });
});

it.each([undefined, '', 'x', 'null', '3', '{"floor":"point:071","presiding":7}'])('a room that says nothing of it is no trouble: %j', (metadata) => {
  expect(directionOf(metadata)).toEqual(NO_DIRECTION);
});
