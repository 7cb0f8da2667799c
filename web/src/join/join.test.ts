import { describe, expect, it } from 'vitest';

import { levelOf } from './meter';
import { DEFAULT_SETUP, parseSetup } from './setup';
import { browserFamily, troubleOfError, troubleOfPage } from './trouble';
import { sortDevices } from './usePreview';
import { clockTime, whenOf } from './when';

describe('remembered devices', () => {
  it('come back as they were', () => {
    const setup = { ...DEFAULT_SETUP, cameraOn: false, microphoneId: 'mic' };
    expect(parseSetup(JSON.stringify(setup))).toEqual(setup);
  });

  it.each([null, '', '{', '[]', '"x"', '{"cameraOn":"no","cameraId":7}'])('begin anew after %j', (stored) => {
    expect(parseSetup(stored)).toEqual(DEFAULT_SETUP);
  });
});

describe('devices', () => {
  const device = (kind: MediaDeviceKind, deviceId: string) => ({ kind, deviceId, label: deviceId }) as MediaDeviceInfo;
  const all = [device('videoinput', 'cam'), device('audioinput', 'default'), device('audioinput', 'mic'), device('audiooutput', 'loud'), device('videoinput', '')];

  it('are listed by kind, without aliases', () => {
    expect(sortDevices(all, true)).toEqual({
      cameras: [{ id: 'cam', label: 'cam' }],
      microphones: [{ id: 'mic', label: 'mic' }],
      speakers: [{ id: 'loud', label: 'loud' }],
    });
    expect(sortDevices(all, false).speakers).toEqual([]);
  });
});

describe('trouble', () => {
  it('with the page comes before any device', () => {
    expect(troubleOfPage({ secure: false, hasMediaDevices: false })).toBe('insecure');
    expect(troubleOfPage({ secure: true, hasMediaDevices: false })).toBe('unsupported');
    expect(troubleOfPage({ secure: true, hasMediaDevices: true })).toBeNull();
  });

  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
    ['NotReadableError', 'busy'],
    ['TypeError', 'other'],
  ])('%s is %s', (name, trouble) => {
    expect(troubleOfError(Object.assign(new Error(), { name }))).toBe(trouble);
  });

  it('is helped by the browser in use', () => {
    const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
    expect(browserFamily(chrome)).toBe('chromium');
    expect(browserFamily(`${chrome} Edg/140.0`)).toBe('chromium');
    expect(browserFamily('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe('firefox');
    expect(browserFamily('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15')).toBe('safari');
    expect(browserFamily('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1')).toBe('ios');
  });
});

describe('the meter', () => {
  it('goes from silence to full scale', () => {
    expect(levelOf(new Float32Array(8))).toBe(0);
    expect(levelOf(new Float32Array(0))).toBe(0);
    expect(levelOf(new Float32Array(8).fill(1))).toBe(1);
    expect(levelOf(new Float32Array(8).fill(0.001))).toBeCloseTo(0, 5);
    expect(levelOf(new Float32Array(8).fill(0.0316))).toBeCloseTo(0.5, 2);
  });
});

describe('the time of a meeting', () => {
  const at = new Date('2021-10-19T01:00:00Z');

  it('is local to the meeting and names its zone', () => {
    expect(whenOf(at, 'Asia/Ho_Chi_Minh', 'vi-VN')).toEqual({
      time: '08:00',
      date: 'Thứ Ba, 19 tháng 10, 2021',
      offset: 'GMT+7',
    });
  });

  it('falls back to UTC for a zone nobody knows', () => {
    expect(clockTime(at, 'Mars/Olympus', 'vi-VN')).toBe('01:00');
  });

  it('writes midnight as 00:00', () => {
    expect(clockTime(new Date('2021-10-18T17:00:00Z'), 'Asia/Ho_Chi_Minh', 'en-GB')).toBe('00:00');
  });
});
