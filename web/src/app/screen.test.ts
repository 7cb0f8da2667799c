import { describe, expect, it } from 'vitest';

import { admissionOf } from '../api/join';
import { DEFAULT_SETUP } from '../join/setup';
import { firstScreen, nextScreen, type Screen, type Step } from './screen';

const admission = admissionOf(
  {
    token: 't',
    identity: 'point:071',
    role: 'point',
    meeting: { id: 'm', title: 'Hội nghị', zone: 'Asia/Ho_Chi_Minh', startsAt: '2021-10-19T01:00:00Z' },
    point: { id: '071', name: 'Huyện Lâm Bình', level: '', room: '', path: [] },
    dev: false,
  },
  0,
)!;
const walk = (code: string | null, ...steps: Step[]): Screen => steps.reduce(nextScreen, firstScreen(code));

describe('the pages', () => {
  it('lead from a link to the hall', () => {
    expect(walk('A').at).toBe('exchanging');
    expect(walk('A', { do: 'admit', admission }).at).toBe('lobby');
    expect(walk('A', { do: 'admit', admission }, { do: 'enter', setup: DEFAULT_SETUP })).toEqual({
      at: 'hall',
      code: 'A',
      admission,
      setup: DEFAULT_SETUP,
    });
  });

  it('lead back from the door to the preparation', () => {
    const waiting = walk('A', { do: 'admit', admission }, { do: 'enter', setup: DEFAULT_SETUP });
    expect(nextScreen(waiting, { do: 'back' })).toEqual({ at: 'lobby', code: 'A', admission });
  });

  it('lead back in after the end with the same code', () => {
    const over = walk('A', { do: 'admit', admission }, { do: 'enter', setup: DEFAULT_SETUP }, { do: 'end', why: 'replaced' });
    expect(over).toEqual({ at: 'over', code: 'A', admission, why: 'replaced' });
    expect(nextScreen(over, { do: 'again' })).toEqual({ at: 'exchanging', code: 'A' });
  });

  it('show a refusal, and let another code be typed', () => {
    const refused = walk('A', { do: 'refuse', refusal: { kind: 'unknown' } });
    expect(refused).toEqual({ at: 'refused', code: 'A', refusal: { kind: 'unknown' } });
    expect(nextScreen(refused, { do: 'otherCode' })).toEqual({ at: 'code' });
  });

  it('ignore an answer that comes too late', () => {
    const typed = walk(null);
    expect(nextScreen(typed, { do: 'admit', admission })).toBe(typed);
    expect(nextScreen(typed, { do: 'end', why: 'left' })).toBe(typed);
  });
});
