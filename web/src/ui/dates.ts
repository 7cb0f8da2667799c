// Days and times of what happened, where this page is read. What happens in a meeting is told in its own zone: `join/when.ts`.

export const day = (instant: string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { day: '2-digit', month: '2-digit', year: 'numeric' }).format(new Date(instant));
