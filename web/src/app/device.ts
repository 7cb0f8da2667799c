// The name by which the server knows this device again when it comes back to its seat. It says nothing about the device.
import { randomKey } from '../api/client';
import { readText, writeText } from './storage';

const KEY = 'diemcau.device';
let known: string | null = null;

export function deviceName(): string {
  known ??= readText(KEY);
  if (known === null) {
    known = randomKey();
    writeText(KEY, known);
  }
  return known;
}
