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
 * @typedef {object} Attendance
 * @property {string} point its code
 * @property {string} name
 * @property {number | null} firstMs when the point first connected, null when it never came
 * @property {number | null} lastMs when it last left, null while it is connected
 * @property {number} gaps how often it was interrupted
 */

/**
 * @param {Buffer} bytes
 * @returns {Attendance[]}
 */
export function readAttendance(bytes) {
  assert.deepEqual([...bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf], 'the list begins with a byte order mark');
  const [header, ...rows] = parseCsv(bytes.subarray(3).toString('utf8'));
  assert.ok(header, 'the list has a header');
  /** @param {string} title the beginning of a column's head */
  const column = (title) => {
    const index = header.findIndex((head) => head.startsWith(title));
    assert.notEqual(index, -1, `no column “${title}” in ${header.join(' | ')}`);
    return index;
  };
  const [point, name, first, last, gaps] = [
    column('Mã'),
    column('Điểm cầu'),
    column('Kết nối lần đầu'),
    column('Rời lần cuối'),
    column('Số lần gián đoạn'),
  ];
  const offset = /UTC([+-]\d\d:\d\d)\)$/.exec(header[first] ?? '')?.[1];
  assert.ok(offset, 'the head of a column of times names their zone');
  return rows.map((row) => ({
    point: row[point] ?? '',
    name: row[name] ?? '',
    firstMs: readTime(row[first] ?? '', offset),
    lastMs: readTime(row[last] ?? '', offset),
    gaps: Number(row[gaps]),
  }));
}

/**
 * @param {string} text `2021-10-19 08:02:11`, or nothing
 * @param {string} offset `+07:00`
 * @returns {number | null}
 */
function readTime(text, offset) {
  if (text === '') return null;
  const atMs = Date.parse(`${text.replace(' ', 'T')}${offset}`);
  assert.ok(!Number.isNaN(atMs), `“${text}” is a time`);
  return atMs;
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
