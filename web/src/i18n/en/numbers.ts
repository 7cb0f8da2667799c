// Numbers and the words they count, in English.

export const count = (n: number) => n.toLocaleString('en-GB');
export const plural = (n: number, noun: string) => `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
