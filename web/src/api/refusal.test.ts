import { expect, it } from 'vitest';

import { mayPass, refusalOf } from './refusal';

it('reads a problem with the facts of the meeting', () => {
  const body = {
    type: 'urn:diemcau:problem:refused', title: 'Không thực hiện được', status: 409, detail: 'Hội nghị chưa khai mạc.',
    refusal: 'wrong-phase', phase: 'published',
  };
  expect(refusalOf(409, null, body)).toEqual({
    kind: 'problem', status: 409, name: 'refused', title: body.title, detail: body.detail,
    meeting: expect.objectContaining({ refusal: 'wrong-phase', phase: 'published' }) as unknown,
    file: null,
  });
});

it('reads what is wrong with a file', () => {
  const fault = { code: 'missing', row: 3, column: 'level', heading: 'Cấp', detail: 'để trống' };
  const body = { type: 'urn:diemcau:problem:faults', title: 'Tệp có lỗi', status: 422, detail: 'Tệp có 1 lỗi.', errors: [fault], errorCount: 1 };
  expect(refusalOf(422, null, body)).toMatchObject({ kind: 'problem', name: 'faults', file: { errors: [fault], errorCount: 1 } });
});

it('takes anything for the body of a refusal', () => {
  for (const body of [null, undefined, '<html>', 7, [], { type: 7, detail: {} }]) {
    expect(refusalOf(502, null, body)).toEqual({
      kind: 'problem', status: 502, name: '', title: '', detail: '', meeting: null, file: null,
    });
  }
});

it('says how long to wait, within reason', () => {
  const wait = (header: string | null) => refusalOf(429, header, null);
  expect(wait('7')).toEqual({ kind: 'tooMany', retryAfterS: 7, detail: '' });
  expect(wait(null)).toMatchObject({ retryAfterS: 30 });
  expect(wait('Wed, 21 Oct 2015 07:28:00 GMT')).toMatchObject({ retryAfterS: 30 });
  expect(wait('999999999')).toMatchObject({ retryAfterS: 3600 });
});

it('knows what may pass by itself', () => {
  expect(mayPass({ kind: 'offline' })).toBe(true);
  expect(mayPass(refusalOf(503, null, null))).toBe(true);
  expect(mayPass(refusalOf(409, null, null))).toBe(false);
  expect(mayPass(refusalOf(401, null, null))).toBe(false);
});
