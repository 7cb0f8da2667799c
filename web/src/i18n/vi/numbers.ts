// Numbers as Vietnamese papers write them.

export const count = (n: number) => n.toLocaleString('vi-VN');
