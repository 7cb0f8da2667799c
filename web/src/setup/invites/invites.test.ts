import { describe, expect, it } from 'vitest';

import type { Invite } from '../../api/schema';
import { wholePlan } from '../plan/plan';
import { entryOf, matching, NO_CODES, rooms, rowsOf, withIssued, withOne, withoutOne, withoutPlace } from './invites';

const point = (id: string, parent: string | null, name: string) => ({ id, parent, level: '', name, room: `Phòng ${id}` });
const plan = wholePlan({
  id: 'm', title: 'Hội nghị', startsAt: '2021-10-19T01:00:00Z', hub: '08',
  officers: { chair: { name: 'Nguyễn Văn A', title: 'Chủ tịch' }, secretary: null, technician: null },
  points: [point('08', null, 'Tỉnh Tuyên Quang'), point('071', '08', 'Huyện Lâm Bình'), point('02233', '071', 'Xã Phúc Yên')],
});
const WORDS = { hub: 'Trung tâm', chair: 'Chủ trì', secretary: 'Thư ký', technician: 'Kỹ thuật' };
const invite = (place: string, madeAt: string, change: Partial<Invite> = {}): Invite => ({ place, kind: 'seat', madeAt, ...change });
const issued = (place: string, code = place) => ({ place, code, link: `https://x.vn/j#${code}` });

describe('the places of a meeting', () => {
  it('are the hub, the officers with a name, and the points as a tree', () => {
    const rows = rowsOf(plan, [], WORDS);
    expect(rows.map(({ id, name, depth }) => `${id} ${name} ${depth}`)).toEqual([
      'hub Trung tâm 0',
      'chair Chủ trì: Nguyễn Văn A 0',
      'point:08 Tỉnh Tuyên Quang 0',
      'point:071 Huyện Lâm Bình 1',
      'point:02233 Xã Phúc Yên 2',
    ]);
    expect(rows.every(({ state }) => state.is === 'none')).toBe(true);
  });

  it('say what has become of their newest invitation', () => {
    const rows = rowsOf(
      plan,
      [
        invite('hub', '2021-10-02T00:00:00Z'),
        invite('hub', '2021-10-01T00:00:00Z', { revokedAt: '2021-10-02T00:00:00Z' }),
        invite('point:071', '2021-10-01T00:00:00Z', { revokedAt: '2021-10-03T00:00:00Z' }),
        invite('point:02233', '2021-10-01T00:00:00Z', { kind: 'check-in' }),
      ],
      WORDS,
    );
    const of = (id: string) => rows.find((row) => row.id === id);
    expect(of('hub')?.state).toEqual({ is: 'live', since: '2021-10-02T00:00:00Z' });
    expect(of('point:071')?.state).toEqual({ is: 'revoked', since: '2021-10-03T00:00:00Z' });
    expect(of('point:02233')).toMatchObject({ state: { is: 'none' }, hasCheckIn: true });
    expect(withOne(rows)).toEqual(['hub']);
    expect(withoutOne(rows)).toEqual(['chair', 'point:08', 'point:071', 'point:02233']);
    expect(rooms(withoutOne(rows))).toHaveLength(3);
  });

  it('are found by words without marks', () => {
    expect(matching(rowsOf(plan, [], WORDS), 'phuc yen').map(({ id }) => id)).toEqual(['point:02233']);
    expect(matching(rowsOf(plan, [], WORDS), 'phong')).toHaveLength(3);
  });
});

describe('codes that are shown once', () => {
  it('replace earlier ones of the same place and kind, and go when they are revoked', () => {
    const first = withIssued(NO_CODES, 'seat', [issued('hub', 'A'), issued('point:071', 'B')]);
    const second = withIssued(withIssued(first, 'seat', [issued('hub', 'C')]), 'check-in', [issued('point:071', 'D')]);
    expect([...second.seats].map(([place, { code }]) => `${place} ${code}`)).toEqual(['hub C', 'point:071 B']);
    expect(second.checkIns.get('point:071')?.code).toBe('D');
    expect([...withoutPlace(second, 'hub').seats.keys()]).toEqual(['point:071']);
  });

  it('are entered where the link leads', () => {
    expect(entryOf('https://hoinghi.example.vn/j#AB12')).toBe('https://hoinghi.example.vn/j');
  });
});
