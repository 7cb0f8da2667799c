// The province of 2021 as its office would have it in a file.
import { readFile } from 'node:fs/promises';

const SAMPLE = new URL('../../../config/sample/', import.meta.url);
const LEVELS = { province: 'Tỉnh', district: 'Huyện', commune: 'Xã' };

/** Its units by the official list. */
export async function unitsOfTuyenQuang() {
  const text = await readFile(new URL('tuyen-quang-2021.csv', SAMPLE), 'utf8');
  const rows = text.replace(/^\uFEFF/, '').trim().split(/\r?\n/).slice(1);
  const named = rows.map((row) => row.replace(/,(province|district|commune),/, (_, level) => `,${LEVELS[/** @type {'commune'} */ (level)]},`));
  return ['Mã,Mã cấp trên,Cấp,Tên,Phòng họp', ...named, ''].join('\n');
}

/** Its delegates, who are made up. */
export const delegatesOfTuyenQuang = () => readFile(new URL('tuyen-quang-2021-delegates.csv', SAMPLE), 'utf8');
