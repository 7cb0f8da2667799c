import { expect, it } from 'vitest';

import { fileNameOf } from './attendance';

it('takes the name of a download from the server, never its path', () => {
  expect(fileNameOf('attachment; filename="diem-danh.csv"')).toBe('diem-danh.csv');
  expect(fileNameOf("attachment; filename=\"x.csv\"; filename*=UTF-8''%C4%90i%E1%BB%83m%20danh.csv")).toBe('Điểm danh.csv');
  expect(fileNameOf("attachment; filename=\"x.csv\"; filename*=UTF-8''%zz")).toBe('x.csv');
  expect(fileNameOf('attachment; filename="../../etc/passwd"')).toBe('passwd');
  expect(fileNameOf('attachment')).toBeNull();
  expect(fileNameOf(null)).toBeNull();
});
