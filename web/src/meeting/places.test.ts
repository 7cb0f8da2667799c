import { describe, expect, it } from 'vitest';

import type { Outline } from '../api/schema';
import { placeOfIdentity, placesOf, pointOf, type SeatWords } from './places';

const words: SeatWords = {
  hub: 'Trung tâm', chair: 'Chủ trì', secretary: 'Thư ký', technician: 'Kỹ thuật', delegate: 'Đại biểu', observer: (name) => `Dự thính ${name}`,
};
const outline = {
  points: [
    { id: '08', parent: null, name: 'Tỉnh Tuyên Quang', level: 'tỉnh', room: '' },
    { id: '071', parent: '08', name: 'Huyện Lâm Bình', level: 'huyện', room: '' },
    { id: '02269', parent: '071', name: 'Xã Thượng Lâm', level: 'xã', room: '' },
  ],
  chair: { name: 'Nguyễn Văn Sơn', title: '' },
} as unknown as Outline;

describe('places', () => {
  const places = placesOf(outline, words, (id) => (id === 'd1' ? 'Ma Văn An' : undefined));

  it.each([
    ['point:071', 'Huyện Lâm Bình'],
    ['point:none', 'none'],
    ['hub', 'Trung tâm'],
    ['chair', 'Chủ trì (Nguyễn Văn Sơn)'],
    ['secretary', 'Thư ký'],
    ['delegate:d1', 'Ma Văn An'],
    ['delegate:d2', 'Đại biểu'],
    ['observer:bao:chi', 'Dự thính bao:chi'],
  ])('%s is called %s', (place, name) => {
    expect(places.name(place)).toBe(name);
  });

  it('stand in a tree', () => {
    expect(places.unit('02269')).toBe('Huyện Lâm Bình');
    expect(places.unit('08')).toBe('');
    expect(places.path('02269').map(({ id }) => id)).toEqual(['08', '071']);
  });

  it('are there before the plan has come', () => {
    expect(placesOf(null, words).name('point:071')).toBe('071');
  });

  it('are read from the identities of their devices', () => {
    expect(placeOfIdentity('point:071~2')).toBe('point:071');
    expect(placeOfIdentity('hub')).toBe('hub');
    expect(pointOf('hub')).toBeNull();
  });
});
