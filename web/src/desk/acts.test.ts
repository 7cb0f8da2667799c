import { describe, expect, it, vi } from 'vitest';

import type { FloorRequest } from '../api/schema';
import { desk } from '../i18n/vi/desk';
import type { After, Give } from '../meeting/conduct';
import { placesOf } from '../meeting/places';
import { actsOf, moveBefore, type HostState } from './acts';

const places = placesOf(null, { hub: 'Trung tâm', chair: '', secretary: '', technician: '', delegate: '', observer: String });
const request = (number: number): FloorRequest => ({
  request: number, place: `point:07${number}`, speaker: { name: `Đại biểu ${number}` }, subject: '', since: '2021-10-19T01:00:00Z',
});
const queue = [1, 2, 3].map(request);

function desked(seen: Partial<HostState> = {}) {
  const give = vi.fn<Give>(() => Promise.resolve(true));
  const last = (): After | undefined => give.mock.lastCall?.[1];
  return { give, last, acts: actsOf(give, places, desk, () => seen as HostState) };
}

describe('the chair', () => {
  it('puts a point back in the light that had it before', async () => {
    const { give, last, acts } = desked({ spotlight: 'point:071' });
    await acts.spotlight('point:072');
    expect(give.mock.lastCall?.[0]).toEqual({ do: 'spotlight', place: 'point:072' });
    expect(last()?.undo).toEqual({ do: 'spotlight', place: 'point:071' });
  });

  it('gives back what was left of the time when the floor was taken back by mistake', async () => {
    const { last, acts } = desked();
    const turn = { turn: 1, place: 'point:071', speaker: { name: 'An' }, subject: 'Báo cáo', since: '', seconds: 300, until: '2021-10-19T01:05:00Z' };
    await acts.takeBack(turn, Date.parse('2021-10-19T01:02:30.5Z'));
    expect(last()?.undo).toEqual({ do: 'give-floor', place: 'point:071', speaker: { name: 'An' }, subject: 'Báo cáo', seconds: 150 });
    await acts.takeBack({ ...turn, until: null }, 0);
    expect(last()?.undo).toMatchObject({ seconds: 0 });
  });

  it('moves a request by one, and back to where it stood', async () => {
    const { give, last, acts } = desked();
    await acts.move(queue, 0, 1);
    expect(give.mock.lastCall?.[0]).toEqual({ do: 'move-request', request: 1, before: 3 });
    expect(last()?.undo).toEqual({ do: 'move-request', request: 1, before: 2 });
    await acts.move(queue, 2, -1);
    expect(give.mock.lastCall?.[0]).toEqual({ do: 'move-request', request: 3, before: 2 });
    expect(last()?.undo).toEqual({ do: 'move-request', request: 3, before: null });
    expect(moveBefore(queue, 1, 1)).toBeNull();
    expect(moveBefore(queue, 0, -1)).toBeUndefined();
    expect(moveBefore(queue, 2, 1)).toBeUndefined();
  });

  it('goes on to the next item, and what was under way is done', async () => {
    const entry = (id: number, course: object | null) => ({ id, title: `Mục ${id}`, type: 'report', course }) as unknown as HostState['agenda'][number];
    const { give, acts } = desked({
      agenda: [entry(1, { started: 'x', finished: 'y' }), entry(2, { started: 'x' }), entry(3, null), entry(4, null)],
    });
    await acts.nextItem();
    expect(give.mock.calls.map(([command]) => command)).toEqual([
      { do: 'finish-item', item: 2 },
      { do: 'start-item', item: 3 },
    ]);
  });
});
