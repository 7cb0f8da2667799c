import { expect, it } from 'vitest';

import { isHere } from './documents';

it('documents of this site open in the page, and no others', () => {
  const here = (link?: string) => isHere({ title: 'Báo cáo', link });
  expect([here('/tai-lieu/312.pdf'), here('https://example.vn/312.pdf'), here('//example.vn/x'), here('/\\example.vn'), here(''), here()]).toEqual([
    true, false, false, false, false, false,
  ]);
});
