// The list of who was connected, for the host.
import { exchangeCode } from './join';

/** Fetches the list and hands it to the browser as a download; false when that fails. */
export async function downloadAttendance(code: string): Promise<boolean> {
  // The token of the conference may be old by now: the code always gives a fresh one.
  const exchange = await exchangeCode(code);
  if (!exchange.ok) return false;
  const { token, meeting } = exchange.admission;
  try {
    const response = await fetch(`/api/v1/meetings/${encodeURIComponent(meeting.id)}/papers/csv?table=points&lang=vi`, {
      headers: { authorization: `Bearer ${token}` },
      credentials: 'omit',
      cache: 'no-store',
    });
    if (!response.ok) return false;
    const name = fileNameOf(response.headers.get('content-disposition')) ?? `${meeting.id}.csv`;
    save(await response.blob(), name);
    return true;
  } catch {
    return false;
  }
}

/** The file name of a Content-Disposition header (RFC 6266), without any path in it. */
export function fileNameOf(header: string | null): string | null {
  if (header === null) return null;
  const extended = /filename\*\s*=\s*UTF-8''([^;]+)/i.exec(header)?.[1];
  const plain = /filename\s*=\s*"?([^";]+)"?/i.exec(header)?.[1];
  let name = plain;
  if (extended !== undefined) {
    try {
      name = decodeURIComponent(extended.trim());
    } catch {
      // A malformed extended name: the plain one is there for that.
    }
  }
  const base = name?.trim().replace(/^.*[/\\]/, '');
  return base ? base : null;
}

/** Hands a file to the browser as a download. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  // The browser has taken the blob by the time the next task runs, save for very old ones.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
