import { describe, expect, it } from 'vitest';

import { admissionOf, exchangeCode, joinRefusalOf } from './join';
import { refusalOf } from './refusal';
import type { Joined } from './schema';

const joined: Joined = {
  token: 'jwt',
  identity: 'hub',
  role: 'host',
  meeting: { id: 'm1', title: 'Hội nghị', zone: 'Asia/Ho_Chi_Minh', startsAt: '2021-10-19T01:00:00Z' },
  point: { id: '08', name: 'Tỉnh Tuyên Quang', level: 'province', room: 'Hội trường', path: ['Tỉnh Tuyên Quang'] },
  dev: false,
};

describe('an admission', () => {
  it('is taken as the server promises it', () => {
    const admission = admissionOf(joined, 5);
    expect(admission).toMatchObject({ role: 'host', receivedAtMs: 5, dev: false });
    expect(admission?.meeting.startsAt.toISOString()).toBe('2021-10-19T01:00:00.000Z');
  });

  it.each([null, 'text', {}, { ...joined, token: '' }, { ...joined, meeting: { ...joined.meeting, startsAt: 'soon' } }])(
    'is not %j, whoever answered that',
    (body) => {
      expect(admissionOf(body as Joined, 0)).toBeNull();
    },
  );

  it('is asked for with the code and the name of the device', async () => {
    const answer = new Response(JSON.stringify(joined), { headers: { 'content-type': 'application/json' } });
    let body: unknown;
    const exchange = await exchangeCode('ABCDE-23456', undefined, 'd', async (request) => {
      body = await request.json();
      return answer;
    });
    expect(body).toEqual({ code: 'ABCDE-23456', device: 'd' });
    expect(exchange.ok).toBe(true);
  });
});

describe('a refusal', () => {
  it('names its cause', () => {
    expect(joinRefusalOf(refusalOf(404, null, null))).toEqual({ kind: 'unknown' });
    expect(joinRefusalOf(refusalOf(400, null, null))).toEqual({ kind: 'unknown' });
    expect(joinRefusalOf(refusalOf(503, null, null))).toEqual({ kind: 'server' });
    expect(joinRefusalOf(refusalOf(429, '7', null))).toEqual({ kind: 'tooMany', retryAfterS: 7 });
    expect(joinRefusalOf({ kind: 'offline' })).toEqual({ kind: 'offline' });
  });
});
