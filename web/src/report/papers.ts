// The papers that can be taken away, as files.
import { save, fileNameOf } from '../api/attendance';
import { ask, type Api } from '../api/client';
import type { Refusal } from '../api/refusal';
import type { PaperInfo, PrintedPaper, TableName } from '../api/schema';

export interface Wish {
  format: string;
  /** One table alone. */
  table?: TableName;
  /** Which printed paper, of a format of these. */
  paper?: PrintedPaper;
  lang: 'vi' | 'en';
  /** With the server's signature beside it, in a ZIP file. */
  sign: boolean;
}

/** The ledger signs itself, and is in no language. */
export const LEDGER = 'ledger';

/** What is asked of the address of a paper; nothing that it would refuse. */
export function queryOf({ format, table, paper, lang, sign }: Wish): Omit<Partial<Wish>, 'format'> {
  if (format === LEDGER) return {};
  return { lang, ...(table && { table }), ...(paper && { paper }), ...(sign && { sign }) };
}

/** One paper that is offered as a whole. */
export interface Offer {
  /** Apart from all others. */
  key: string;
  title: string;
  wish: Pick<Wish, 'format' | 'paper'>;
  info: PaperInfo;
}

/** Every paper that there is as a whole: a format, or each printed paper in it. */
export const offersOf = (papers: PaperInfo[]): Offer[] =>
  papers.flatMap((info) => {
    const { format, title, printed } = info;
    if (printed.length === 0) return [{ key: format, title, wish: { format }, info }];
    return printed.map(({ paper, title }) => ({ key: `${format}/${paper}`, title, wish: { format, paper }, info }));
  });

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
