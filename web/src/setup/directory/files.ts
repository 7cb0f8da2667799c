// Files into the directory and out of it, and back to what it was.
import { save } from '../../api/attendance';
import { ask, onlyOnce, type Answer, type Api } from '../../api/client';
import type { Refusal } from '../../api/refusal';
import type { DirectoryKind, ImportReport } from '../../api/schema';
import type { Loaded, Preview, Wish } from './importing';

/** A file as it is: not as JSON. */
const raw = {
  bodySerializer: (body: unknown) => body as ArrayBuffer,
  headers: { 'Content-Type': 'application/octet-stream' },
};
// The description knows a file as a text; what is sent is its bytes.
const bodyOf = (content: ArrayBuffer) => content as unknown as string;

export async function previewFile(api: Api, { kind, replace, file }: Wish): Promise<Answer<Preview>> {
  const params = { path: { kind }, query: { replace } };
  const answer = await ask((signal) => api.POST('/api/v1/directory/import/{kind}/preview', { params, body: bodyOf(file.content), ...raw, signal }));
  return answer.ok ? { ...answer, value: { report: answer.value, etag: answer.etag ?? `"${answer.value.revision}"` } } : answer;
}

export function takeFile(api: Api, { kind, replace, file }: Wish, etag: string): Promise<Answer<ImportReport>> {
  const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(file.name)}`;
  const params = {
    path: { kind },
    query: { replace },
    header: { 'If-Match': etag, 'Content-Disposition': disposition, ...onlyOnce() },
  };
  return ask((signal) => api.POST('/api/v1/directory/import/{kind}', { params, body: bodyOf(file.content), ...raw, signal }));
}

/** Hands a list to the browser as a download. */
export async function exportFile(api: Api, kind: DirectoryKind, format: 'csv' | 'xlsx'): Promise<Refusal | null> {
  const params = { path: { kind }, query: { format } };
  const answer = await ask((signal) => api.GET('/api/v1/directory/export/{kind}', { params, parseAs: 'blob', signal }));
  if (!answer.ok) return answer.refusal;
  save(answer.value as unknown as Blob, `${kind}.${format}`);
  return null;
}

/** The lists as they are now; nothing in the place of one that is empty, which no file can say. */
export interface Snapshot {
  units: Loaded | null;
  delegates: Loaded | null;
}

export async function snapshot(api: Api): Promise<Snapshot | Refusal> {
  const summary = await ask((signal) => api.GET('/api/v1/directory', { signal }));
  if (!summary.ok) return summary.refusal;
  const read = async (kind: DirectoryKind, count: number): Promise<Loaded | Refusal | null> => {
    if (count === 0) return null;
    const params = { path: { kind }, query: { format: 'csv' as const } };
    const answer = await ask((signal) => api.GET('/api/v1/directory/export/{kind}', { params, parseAs: 'arrayBuffer', signal }));
    return answer.ok ? { name: `${kind}.csv`, content: answer.value as unknown as ArrayBuffer } : answer.refusal;
  };
  const [units, delegates] = await Promise.all([read('units', summary.value.units), read('delegates', summary.value.delegates)]);
  if (units && 'kind' in units) return units;
  if (delegates && 'kind' in delegates) return delegates;
  return { units, delegates };
}

/** Brings the directory back to what it was, unless somebody has changed it since `revision`. */
export async function putBack(api: Api, before: Snapshot, revision: number): Promise<Refusal | null> {
  let etag = `"${revision}"`;
  if (before.units === null) return retireAll(api, etag);
  // Units first: a delegate stands in the list of one that is in use.
  for (const kind of ['units', 'delegates'] as const) {
    const file = before[kind];
    if (file === null) continue;
    const answer = await takeFile(api, { kind, replace: true, file }, etag);
    if (!answer.ok) return answer.refusal;
    etag = `"${answer.value.revision}"`;
  }
  return null;
}

/** What came into an empty directory goes by its roots. */
async function retireAll(api: Api, etagBefore: string): Promise<Refusal | null> {
  let etag = etagBefore;
  const roots = await ask((signal) => api.GET('/api/v1/directory/units', { params: { query: { depth: 0, limit: 1000 } }, signal }));
  if (!roots.ok) return roots.refusal;
  for (const { id } of roots.value.units) {
    const params = { path: { id }, query: { below: true }, header: { 'If-Match': etag } };
    const answer = await ask((signal) => api.DELETE('/api/v1/directory/units/{id}', { params, signal }));
    if (!answer.ok) return answer.refusal;
    etag = answer.etag ?? etag;
  }
  return null;
}
