// A delegate reports on their own phone.

import type { checkIn as vietnamese } from '../vi/checkIn';

export const checkIn: typeof vietnamese = {
  title: 'Check in',
  lead: (point) => `At ${point}`,
  find: 'Find your name',
  pick: 'Choose your name',
  none: 'There is no such name. Tell the clerk of the room.',
  empty: 'There is no list of delegates for this room. Tell its clerk.',
  already: 'has checked in',
  confirmTitle: (name) => `Are you ${name}?`,
  confirmText: 'Only if you are in the room now. The clerk of the room will confirm it.',
  confirm: 'I am here',
  doneTitle: 'Checked in',
  doneText: (name) => `${name} has checked in. The clerk confirms it when the roll is called.`,
  another: 'Somebody else',
  noCode: 'Scan the QR code in the room, or enter the check-in code.',
  loading: 'Opening the list…',
};
