// The papers that can be taken away, as files.
import { save, fileNameOf } from '../api/attendance';
import { ask, type Api } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { PaperInfo, TableName } from '../api/schema';

export interface Wish {
  format: string;
  /** One table alone. */
  table?: TableName;
  lang: 'vi' | 'en';
  /** With the server's signature beside it, in a ZIP file. */
  sign: boolean;
}

/** The ledger signs itself, and is in no language. */
export const LEDGER = 'ledger';

/** What is asked of the address of a paper; nothing that it would refuse. */
export function queryOf({ format, table, lang, sign }: Wish): { lang?: 'vi' | 'en'; table?: TableName; sign?: boolean } {
  if (format === LEDGER) return {};
  return { lang, ...(table && { table }), ...(sign && { sign }) };
}

/** What a file of it ends with. */
export const extensionOf = ({ extension }: Pick<PaperInfo, 'extension'>, { table, sign }: Pick<Wish, 'table' | 'sign'>): string =>
  sign ? 'zip' : table ? 'csv' : extension;

/** Fetches a paper and hands it to the browser; its name, or why there is none. */
export async function takeAway(api: Api, id: string, wish: Wish): Promise<{ ok: true; name: string } | { ok: false; refusal: Refusal }> {
  let name: string | null = null;
  const answer = await ask(async (signal) => {
    const params = { path: { id, format: wish.format }, query: queryOf(wish) };
    const sent = await api.GET('/api/v1/meetings/{id}/papers/{format}', { params, parseAs: 'blob', signal });
    name = fileNameOf(sent.response.headers.get('content-disposition'));
    return sent;
  });
  if (!answer.ok) return answer;
  const file = name ?? `${id}.${wish.format}`;
  save(answer.value as unknown as Blob, file);
  return { ok: true, name: file };
}
