// The report of a made-up meeting, of the shape of `diemcau-report-1`: a long morning at many points, in which things go wrong.

const DAY = '2021-10-19T';
/** @param {number} minutes since midnight @param {number} [seconds] */
const at = (minutes, seconds = 0) => {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${DAY}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds)}+07:00`;
};
const NOTHING = () => ({ expected: 0, present: 0, proxy: 0, left: 0, excused: 0, absent: 0, unconfirmed: 0, added: 0, late: 0 });
const HASH = '3386bac6c699a6ceb3f4cec9f4fd54f3aeee20d3990942796f0f1134ad8ab928';
const [OPENED, CLOSED] = [8 * 60 + 4, 11 * 60 + 37];

/** @param {any} into @param {any} more */
const add = (into, more) => {
  for (const key of Object.keys(into)) into[key] += more[key];
};

/**
 * @param {any} outline as `madeUp.mjs` makes it
 * @param {any[]} delegates its delegates
 */
export function madeUpReport(outline, delegates) {
  const lines = new Map(outline.points.map((/** @type {any} */ point, /** @type {number} */ index) => [point.id, madeUpLine(index)]));
  const rolls = new Map(outline.points.map((/** @type {any} */ point) => [point.id, NOTHING()]));
  /** @type {any[]} */
  const proxies = [];
  const rows = delegates.map((delegate, index) => {
    const roll = rolls.get(delegate.point);
    const row = madeUpDelegate(delegate, index, lines.get(delegate.point), proxies);
    roll.expected += 1;
    roll[row.status.is] += 1;
    if (row.lateMs !== null) roll.late += 1;
    return row;
  });
  const total = NOTHING();
  for (const roll of rolls.values()) add(total, roll);
  const ids = new Set(outline.points.map((/** @type {any} */ { id }) => id));
  const depthOf = (/** @type {any} */ point) => {
    let depth = 0;
    for (let above = point.parent; above !== null && ids.has(above); above = outline.points.find((/** @type {any} */ { id }) => id === above).parent) depth += 1;
    return depth;
  };
  const below = (/** @type {string} */ id) => {
    const sum = { ...rolls.get(id) };
    for (const point of outline.points) if (point.parent === id) add(sum, below(point.id));
    return sum;
  };
  const { hub } = outline;
  const chair = { at: at(OPENED), by: 'chair' };
  const speakers = outline.points.slice(1, 8).map((/** @type {any} */ { id }) => `point:${id}`);
  /** @type {any[]} */
  const turns = speakers.map((/** @type {string} */ place, /** @type {number} */ index) => ({
    turn: index + 1, place, speaker: { delegate: null, name: delegates[index * 8 + 9].name }, subject: SUBJECTS[index % SUBJECTS.length],
    requested: at(510 + index * 3), granted: { at: at(530 + index * 12), by: 'chair' }, boxSeconds: 420,
    end: { at: at(530 + index * 12 + 5 + (index % 4)), how: index === 3 ? 'line-lost' : index === 5 ? 'taken-back' : 'returned' }, takenMs: (5 + (index % 4)) * 60_000,
  }));
  turns.push({
    turn: 8, place: 'chair', speaker: { delegate: null, name: 'Nguyễn Văn Sơn' }, subject: 'Phát biểu kết luận', requested: null,
    granted: { at: at(665), by: 'chair' }, boxSeconds: 0, end: { at: at(695), how: 'meeting-closed' }, takenMs: 1_800_000,
  });
  const speaking = turns.map(({ place, takenMs }) => ({ place, turns: 1, takenMs })).sort((a, b) => b.takenMs - a.takenMs);
  return {
    format: 'diemcau-report-1', scope: { of: 'meeting' }, phase: 'closed', provisional: false, asOf: at(CLOSED + 20),
    meeting: {
      id: outline.id, number: outline.number, title: outline.title, zone: outline.zone, startsAt: at(480), hub,
      officers: { chair: outline.chair, secretary: outline.secretary, technician: outline.technician },
      plan: { version: 2, sha256: HASH }, lateAfterMinutes: 15, quorum: { of: 'delegates', percent: 50 }, node: 'N-tuyenquang',
    },
    life: {
      planSteps: [], lineCheck: { at: at(450), by: 'technician' }, opened: chair, closed: { at: at(CLOSED), by: 'chair' },
      pauses: [{ at: at(590), by: 'chair', reason: 'Giải lao', resumed: { at: at(605), by: 'chair' } }], openMs: (CLOSED - OPENED) * 60_000, pausedMs: 900_000,
      locks: [], outages: [{ lastKnown: at(640), recovered: at(642) }],
    },
    chairChanges: [], total, quorum: { of: 'delegates', expected: total.expected, present: total.present, needed: Math.ceil(total.expected / 2), reached: true },
    units: outline.points.map((/** @type {any} */ point) => ({
      unit: point.id, parent: point.parent, depth: depthOf(point), level: point.level, name: point.name, own: rolls.get(point.id), withBelow: below(point.id),
    })),
    points: outline.points.map((/** @type {any} */ point) => ({
      point: point.id, parent: point.parent, depth: depthOf(point), level: point.level, name: point.name, room: point.room, listing: 'planned',
      line: lines.get(point.id), lineTest: null, roll: rolls.get(point.id),
    })),
    delegates: rows, proxies,
    agenda: AGENDA.map(({ type, title, presenter, start, minutes, from, to }, index) => ({
      item: index + 1, type, title, presenter, point: index === 0 ? hub : null, documents: [], listing: 'planned', plannedStart: at(start), plannedMinutes: minutes,
      periods: from === 0 ? [] : [{ from: at(from), to: at(to), startedBy: 'chair', finishedBy: 'chair' }], underWay: false,
    })),
    turns, speaking,
    unheard: [{ request: 12, place: speakers[1], speaker: { delegate: null, name: 'Quan Thị Mý' }, subject: 'Biên chế của bộ phận một cửa', asked: at(560), outcome: { is: 'skipped', at: at(640), by: 'chair', reason: 'Đề nghị gửi văn bản' } }],
    votes: [
      {
        vote: 1, question: 'Thông qua Đề án một cửa liên thông?', secret: false, by: 'points', needsQuorum: true, opened: { at: at(650), by: 'chair' }, voted: 140,
        options: [{ option: 'Tán thành', votes: 131 }, { option: 'Không tán thành', votes: 6 }, { option: 'Ý kiến khác', votes: 3 }],
        outcome: { is: 'closed', at: at(655), by: 'chair', eligible: outline.points.length, present: 152, quorum: true },
        ballots: outline.points.slice(0, 140).map((/** @type {any} */ { id }, /** @type {number} */ index) => ({ voter: { point: id }, choice: index < 131 ? 0 : index < 137 ? 1 : 2 })),
      },
    ],
    announcements: [{ at: at(475), by: 'secretary', text: 'Hội nghị bắt đầu lúc 8 giờ.' }],
    corrections: [{ seq: 4_711, at: at(CLOSED + 20), by: 'secretary', delegate: delegates[3].id, corrects: 312, old: { is: 'absent' }, new: { is: 'present' }, reason: 'Đến lúc 8 giờ 20, ghi nhầm người bên cạnh', afterClose: true }],
    removals: [],
    heads: [{ node: 'N-tuyenquang', seq: 4_711, at: at(CLOSED + 20), hash: HASH, signedThrough: 4_700 }],
  };
}

const SUBJECTS = ['Giải ngân vốn đầu tư công', 'Một cửa liên thông ở cấp xã', 'Chữ ký số cho công chức xã', 'Hạ tầng công nghệ thông tin tại bộ phận một cửa'];
const AGENDA = [
  { type: 'report', title: 'Báo cáo kết quả cải cách hành chính 9 tháng đầu năm 2021', presenter: 'Sở Nội vụ', start: 480, minutes: 25, from: 486, to: 522 },
  { type: 'other', title: 'Giới thiệu Đề án một cửa liên thông', presenter: 'Văn phòng UBND tỉnh', start: 505, minutes: 15, from: 522, to: 530 },
  { type: 'discussion', title: 'Thảo luận tại các điểm cầu', presenter: '', start: 520, minutes: 90, from: 530, to: 650 },
  { type: 'other', title: 'Biểu quyết thông qua Đề án', presenter: '', start: 610, minutes: 10, from: 650, to: 656 },
  { type: 'other', title: 'Trao thưởng', presenter: '', start: 620, minutes: 10, from: 0, to: 0 },
  { type: 'conclusion', title: 'Phát biểu kết luận của Chủ tịch UBND tỉnh', presenter: 'Nguyễn Văn Sơn', start: 630, minutes: 20, from: 660, to: 697 },
];

/** Some never come, some lose their line, all lose it with the server. @param {number} index */
function madeUpLine(index) {
  const never = index % 41 === 7;
  const cuts = index % 9 === 2 ? [[540 + (index % 30), 541 + (index % 30) + (index % 4)], [640, 643]] : [[640, 643]];
  const ends = [450 + (index % 20), ...cuts.flat(), CLOSED];
  /** @type {{ from: string, to: string }[]} */
  const stays = [];
  for (let place = 0; place + 1 < ends.length; place += 2) stays.push({ from: at(ends[place] ?? 0, index % 60), to: at(ends[place + 1] ?? 0) });
  const gaps = stays.slice(1).map(({ from }, place) => ({ from: stays[place]?.to, to: from }));
  const ms = (/** @type {{ from?: string, to: string }[]} */ of) => of.reduce((sum, { from, to }) => sum + Date.parse(to) - Date.parse(from ?? to), 0);
  const open = stays.map(({ from, to }) => ({ from: from < at(OPENED) ? at(OPENED) : from, to }));
  return never
    ? { stays: [], gaps: [], connectedMs: 0, whileOpenMs: 0, connected: false, connections: 0, devices: [] }
    : { stays, gaps, connectedMs: ms(stays), whileOpenMs: ms(open), connected: false, connections: stays.length, devices: ['Chrome'] };
}

/**
 * @param {any} delegate
 * @param {number} index
 * @param {any} line
 * @param {any[]} proxies
 */
function madeUpDelegate({ id, name, title, unit, point }, index, line, proxies) {
  const base = { delegate: id, name, title, unit, point, listing: 'planned', confirmed: null, firstHere: null, lateMs: null, leftEarlyMs: null, checkedIn: null };
  if (line.stays.length === 0) return { ...base, status: { is: 'unconfirmed' }, marks: [] };
  const isLate = index % 29 === 5;
  const moment = at(isLate ? 530 : 470 + (index % 12) * 2, (index * 7) % 60);
  const mark = (/** @type {any} */ presence) => ({ at: moment, by: `point:${point}`, seq: 100 + index, presence, corrected: null });
  const told = (/** @type {any} */ status, /** @type {any} */ presence) => ({ ...base, status, confirmed: mark(presence), marks: [mark(presence)] });
  if (index % 31 === 11) {
    const proxy = proxies.length + 1;
    const substitute = { name: 'Hoàng Thị Mai', title: 'Phó Trưởng phòng', phone: '' };
    const approved = { at: at(465), by: 'chair' };
    proxies.push({ proxy, delegate: id, substitute, reason: 'Đi công tác', asked: { at: at(460), by: `point:${point}` }, outcome: { is: 'approved', ...approved }, came: true });
    return { ...told({ is: 'proxy', proxy, substitute, approved }, { is: 'proxy', proxy }), firstHere: moment };
  }
  if (index % 17 === 4) return told({ is: 'excused', reason: 'Đi công tác' }, { is: 'excused', reason: 'Đi công tác' });
  if (index % 23 === 9) return told({ is: 'absent' }, { is: 'absent' });
  return { ...told({ is: 'present' }, { is: 'present' }), firstHere: moment, lateMs: isLate ? Date.parse(moment) - Date.parse(at(OPENED)) : null };
}

/** An earlier meeting of the same hub. @param {any} report @param {number} monthsAgo */
export function madeUpGlance({ meeting, points, total, units }, monthsAgo) {
  const date = `2021-${String(10 - monthsAgo).padStart(2, '0')}-${10 + monthsAgo}T08:00:00+07:00`;
  const less = (/** @type {any} */ of, /** @type {number} */ salt) => {
    const missing = Math.min(of.present, (salt * monthsAgo) % 4);
    return { ...of, present: of.present - missing, absent: of.absent + missing, late: (salt + monthsAgo) % 3 };
  };
  return {
    meeting: `giao-ban-${monthsAgo}`, number: '', title: `Hội nghị giao ban trực tuyến tháng ${10 - monthsAgo}`, startsAt: date, opened: date, openMs: 7_200_000,
    points: points.length, pointsThatCame: points.length - 3 * monthsAgo, total: { ...less(total, 97), present: total.present - 60 * monthsAgo, absent: total.absent + 60 * monthsAgo },
    units: units.filter((/** @type {any} */ _, /** @type {number} */ index) => index % 13 !== monthsAgo).map((/** @type {any} */ row, /** @type {number} */ index) => ({ ...row, withBelow: less(row.withBelow, index) })),
  };
}

/** What there is to take away. */
export const MADE_UP_PAPERS = [
  { format: 'csv', title: 'Số liệu hội nghị', mediaType: 'application/zip', extension: 'zip', tables: [{ table: 'summary', title: 'Tổng hợp' }, { table: 'units', title: 'Đơn vị' }, { table: 'points', title: 'Điểm cầu' }, { table: 'delegates', title: 'Đại biểu' }], printed: [] },
  { format: 'xlsx', title: 'Số liệu hội nghị', mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', extension: 'xlsx', tables: [], printed: [] },
  { format: 'json', title: 'Số liệu hội nghị', mediaType: 'application/json', extension: 'json', tables: [], printed: [] },
  { format: 'ics', title: 'Giấy mời', mediaType: 'text/calendar; charset=utf-8', extension: 'ics', tables: [], printed: [] },
  {
    format: 'pdf',
    title: 'Biên bản',
    mediaType: 'application/pdf',
    extension: 'pdf',
    tables: [],
    printed: [{ paper: 'attendance', title: 'Danh sách đại biểu tham dự' }, { paper: 'minutes', title: 'Biên bản' }],
  },
  { format: 'ledger', title: 'Sổ ghi', mediaType: 'application/jsonl', extension: 'jsonl', tables: [], printed: [] },
];

export const MADE_UP_CHECK = {
  checkedAt: '2021-10-19T04:58:00Z',
  found: { is: 'whole', records: 4_711, checkpoints: 47, unsigned: 11, key: '9f2c1e7a', heads: [{ node: 'N-tuyenquang', seq: 4_711, at: '2021-10-19T04:57:00Z', hash: HASH }] },
};
