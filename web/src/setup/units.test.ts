import { describe, expect, it } from 'vitest';

import { above, countBelow, found, treeOf, type UnitNode } from './units';

const unit = (id: string, parent: string | null, name = id) => ({ id, parent, name, level: '', delegates: 0, retired: false });
const tree = treeOf([
  unit('08', null, 'Tỉnh Tuyên Quang'),
  unit('070', '08', 'Thành phố Tuyên Quang'),
  unit('071', '08', 'Huyện Lâm Bình'),
  unit('02233', '071', 'Xã Phúc Yên'),
  unit('02242', '071', 'Xã Xuân Lập'),
]);
const shape = (nodes: readonly UnitNode[]): string => nodes.map(({ id, children }) => (children.length ? `${id}(${shape(children)})` : id)).join(' ');

describe('the tree of units', () => {
  it('has each unit under the one above it, and what has none above it at the top', () => {
    expect(shape(tree)).toBe('08(070 071(02233 02242))');
    expect(shape(treeOf([unit('a', 'gone'), unit('b', 'a')]))).toBe('a(b)');
  });

  it('is searched by words without marks, and by codes', () => {
    expect(shape(found(tree, 'phuc yen'))).toBe('08(071(02233))');
    expect(shape(found(tree, 'Lâm'))).toBe('08(071(02233 02242))');
    expect(shape(found(tree, '02242'))).toBe('08(071(02242))');
    expect(found(tree, 'nowhere')).toEqual([]);
    expect(found(tree, ' ')).toEqual(tree);
  });

  it('tells what is above and below', () => {
    expect(above(tree, '02242')).toEqual(['08', '071']);
    expect(above(tree, '08')).toEqual([]);
    expect(above(tree, 'nowhere')).toEqual([]);
    expect(tree.map(countBelow)).toEqual([4]);
  });
});
