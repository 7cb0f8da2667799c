// What a point brings into the hall: devices and whether they are on. Remembered by the browser.
import { readText, writeText } from '../app/storage';

export interface Setup {
  cameraOn: boolean;
  microphoneOn: boolean;
  /** Device ids; empty for the system's default. */
  cameraId: string;
  microphoneId: string;
  speakerId: string;
}

export const DEFAULT_SETUP: Setup = {
  cameraOn: true,
  microphoneOn: true,
  cameraId: '',
  microphoneId: '',
  speakerId: '',
};

const KEY = 'diemcau.devices';

export function parseSetup(text: string | null): Setup {
  let stored: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    if (typeof value === 'object' && value !== null) stored = value as Record<string, unknown>;
  } catch {
    // Somebody else's value under our key: begin anew.
  }
  const flag = (value: unknown, otherwise: boolean) => (typeof value === 'boolean' ? value : otherwise);
  const id = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    cameraOn: flag(stored.cameraOn, DEFAULT_SETUP.cameraOn),
    microphoneOn: flag(stored.microphoneOn, DEFAULT_SETUP.microphoneOn),
    cameraId: id(stored.cameraId),
    microphoneId: id(stored.microphoneId),
    speakerId: id(stored.speakerId),
  };
}

export const loadSetup = (): Setup => parseSetup(readText(KEY));
export const saveSetup = (setup: Setup): void => writeText(KEY, JSON.stringify(setup));
