import { describe, expect, it } from 'vitest';

import { parseAdmission, refusalOf } from './join';

const answer = {
  token: 'jwt',
  identity: 'hub',
  role: 'host',
  meeting: { id: 'm1', title: 'Hội nghị', zone: 'Asia/Ho_Chi_Minh', startsAt: '2021-10-19T01:00:00Z' },
  point: { id: '08', name: 'Tỉnh Tuyên Quang', level: 'province', room: 'Hội trường', path: ['Tỉnh Tuyên Quang'] },
};

describe('an admission', () => {
  it('is taken as the server promises it', () => {
    const admission = parseAdmission(answer, 5);
    expect(admission).toMatchObject({ role: 'host', receivedAtMs: 5, dev: false });
    expect(admission?.meeting.startsAt.toISOString()).toBe('2021-10-19T01:00:00.000Z');
  });

  it('opens itself to tests only when the server says so', () => {
    expect(parseAdmission({ ...answer, dev: true }, 0)?.dev).toBe(true);
    expect(parseAdmission({ ...answer, dev: 'yes' }, 0)?.dev).toBe(false);
  });

  it.each([
    null,
    'text',
    { ...answer, token: '' },
    { ...answer, role: 'guest' },
    { ...answer, meeting: { ...answer.meeting, startsAt: 'soon' } },
    { ...answer, point: { ...answer.point, path: [1] } },
  ])('is not %j', (body) => {
    expect(parseAdmission(body, 0)).toBeNull();
  });
});

describe('a refusal', () => {
  it('names its cause', () => {
    expect(refusalOf(404, null)).toEqual({ kind: 'unknown' });
    expect(refusalOf(400, null)).toEqual({ kind: 'unknown' });
    expect(refusalOf(503, null)).toEqual({ kind: 'server' });
  });

  it('says how long to wait, within reason', () => {
    expect(refusalOf(429, '7')).toEqual({ kind: 'tooMany', retryAfterS: 7 });
    expect(refusalOf(429, null)).toEqual({ kind: 'tooMany', retryAfterS: 30 });
    expect(refusalOf(429, 'Wed, 21 Oct 2015 07:28:00 GMT')).toEqual({ kind: 'tooMany', retryAfterS: 30 });
    expect(refusalOf(429, '999999999')).toEqual({ kind: 'tooMany', retryAfterS: 3600 });
  });
});
