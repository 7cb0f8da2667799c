// Setting conferences up: the frame of its pages.

import type { setup as vietnamese } from '../vi/setup';

export const setup: typeof vietnamese = {
  nav: {
    label: 'Administration',
    meetings: 'Conferences',
    directory: 'Directory of points',
    administrators: 'Administrators',
    account: 'Account',
    signOut: 'Sign out',
    signedInAs: (name: string) => `Signed in: ${name}`,
  },
  again: {
    title: 'Your session has ended',
    text: 'Sign in again to go on. What you were entering is still on the page.',
  },
};
