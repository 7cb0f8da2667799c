// The page as a whole, whatever it shows.

import type { app as vietnamese } from '../vi/app';
import { plural } from './numbers';

export const app: typeof vietnamese = {
  locale: 'en-GB',
  app: {
    name: 'Điểm cầu',
    tagline: 'Online conference',
    skip: 'Skip to main content',
    otherLanguage: 'Tiếng Việt',
    loading: 'Loading…',
  },
  crash: {
    title: 'Something went wrong on this page',
    text: 'Sorry about that. Reload the page: you will come back to the preparation screen.',
    reload: 'Reload',
  },
  unknown: {
    title: 'There is no such page',
    text: 'Nothing is at this address. Check the link in the invitation.',
    home: 'To the first page',
  },
  theme: {
    label: 'Appearance',
    system: 'As the device',
    light: 'Light',
    dark: 'Dark',
    contrast: 'High contrast',
  },
  trouble: {
    title: 'That did not work',
    offline: 'The server cannot be reached. Check the network, then try again.',
    tooMany: (seconds: number) => `Too many tries. Wait ${plural(seconds, 'second')} and try again.`,
    signedOut: 'Your session has ended. Sign in again, or open the link of the invitation again.',
    server: 'The server has a problem. Try again in a few minutes.',
    retry: 'Try again',
  },
  dialog: {
    cancel: 'Cancel',
    close: 'Close',
    undo: 'Undo',
    dismiss: 'Dismiss',
  },
  noSeat: {
    title: 'This page is for those invited',
    text: 'Open it by the link of your invitation, enter the code, or sign in as an administrator.',
    code: 'Enter the code',
    signIn: 'Sign in as administrator',
  },
};
