// Why a camera or microphone does not open, in the words that help needs.

export type Trouble = 'denied' | 'missing' | 'busy' | 'insecure' | 'unsupported' | 'other';
export type BrowserFamily = 'chromium' | 'firefox' | 'safari' | 'ios' | 'other';

export interface Surroundings {
  secure: boolean;
  hasMediaDevices: boolean;
}

/** The trouble that can be told before any device is asked for. */
export function troubleOfPage({ secure, hasMediaDevices }: Surroundings): Trouble | null {
  if (!secure) return 'insecure';
  return hasMediaDevices ? null : 'unsupported';
}

/** The trouble behind a rejection of getUserMedia (W3C Media Capture and Streams, section 10). */
export function troubleOfError(error: unknown): Trouble {
  switch (error instanceof Error || error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'busy';
    default:
      return 'other';
  }
}

export function browserFamily(userAgent: string): BrowserFamily {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'ios';
  if (/Firefox\//.test(userAgent)) return 'firefox';
  // Chrome, Edge, Cốc Cốc, Opera and the Android web views all keep permissions in the same place.
  if (/Chrom(e|ium)\//.test(userAgent)) return 'chromium';
  if (/Safari\//.test(userAgent)) return 'safari';
  return 'other';
}
