// The attendance list as a person's spreadsheet reads it (RFC 4180, with a byte order mark).
import assert from 'node:assert/strict';

/**
 * @param {string} text
 * @returns {string[][]}
 */
export function parseCsv(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  let field = '';
  let quoted = false;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (quoted) {
      if (char !== '"') field += char;
      else if (text.charAt(i + 1) === '"') field += text.charAt(++i);
      else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') endField();
    else if (char === '\n') endRow();
    else if (char !== '\r') field += char;
  }
  assert.equal(quoted, false, 'a quote is left open');
  if (row.length > 0 || field !== '') endRow();
  return rows;
}

/**
 * How the list's columns are headed.
 *
 * @type {Record<'name' | 'first' | 'last' | 'total' | 'gaps', RegExp>}
 */
const COLUMNS = {
  name: /^(điểm cầu|tên điểm cầu|đơn vị|point|name)$/i,
  first: /(kết nối|vào).*đầu|first/i,
  last: /(ngắt|rời|kết nối|ra).*cuối|last/i,
  total: /tổng|total/i,
  gaps: /gián đoạn|gap/i,
};

/**
 * @typedef {object} Attendance
 * @property {string} name
 * @property {number | null} firstMs when the point first connected, null when it never came
 * @property {number | null} lastMs when it last left, null while it is connected
 * @property {string} total
 * @property {string} gaps
 */

/**
 * @param {Buffer} bytes
 * @returns {Attendance[]}
 */
export function readAttendance(bytes) {
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'the list begins with a byte order mark');
  const [header, ...rows] = parseCsv(bytes.subarray(3).toString('utf8'));
  assert.ok(header, 'the list has a header');
  /** @param {keyof typeof COLUMNS} column */
  const at = (column) => {
    const index = header.findIndex((title) => COLUMNS[column].test(title.trim()));
    assert.notEqual(index, -1, `no column for ${column} in ${header.join(' | ')}`);
    return index;
  };
  const [name, first, last, total, gaps] = [at('name'), at('first'), at('last'), at('total'), at('gaps')];
  return rows.map((row) => ({
    name: row[name] ?? '',
    firstMs: readTime(row[first] ?? ''),
    lastMs: readTime(row[last] ?? ''),
    total: row[total] ?? '',
    gaps: row[gaps] ?? '',
  }));
}

/**
 * Local times with their zone, in the order of ISO 8601 or of Vietnamese papers; null for none.
 *
 * @param {string} text
 * @returns {number | null}
 */
function readTime(text) {
  const iso = /(\d{4})-(\d\d)-(\d\d)[ T](\d\d:\d\d:\d\d)/.exec(text);
  const local = /(\d\d)\/(\d\d)\/(\d{4})[ ,]+(\d\d:\d\d:\d\d)/.exec(text);
  const reversed = /(\d\d:\d\d:\d\d)[ ,]+(?:ngày )?(\d\d)\/(\d\d)\/(\d{4})/.exec(text);
  const zone = /([+-]\d\d):?(\d\d)\b(?!.*[+-]\d\d:?\d\d\b)/.exec(text.replace(/\d{4}-\d\d-\d\d/, ''));
  const offset = zone ? `${zone[1]}:${zone[2]}` : '+07:00';
  if (iso) return Date.parse(`${iso[1]}-${iso[2]}-${iso[3]}T${iso[4]}${offset}`);
  if (local) return Date.parse(`${local[3]}-${local[2]}-${local[1]}T${local[4]}${offset}`);
  if (reversed) return Date.parse(`${reversed[4]}-${reversed[3]}-${reversed[2]}T${reversed[1]}${offset}`);
  return null;
}

/** The list gives whole seconds, and a join takes a while to be written down. */
const SLACK_MS = 2_000;

/**
 * @param {string} what
 * @param {number | null} atMs
 * @param {number} fromMs
 * @param {number} toMs
 */
export function assertBetween(what, atMs, fromMs, toMs) {
  assert.ok(atMs !== null, `${what}: no time`);
  const shown = [fromMs, atMs, toMs].map((ms) => new Date(ms).toISOString());
  assert.ok(atMs >= fromMs - SLACK_MS && atMs <= toMs + SLACK_MS, `${what}: ${shown[1]} is not in ${shown[0]}..${shown[2]}`);
}
