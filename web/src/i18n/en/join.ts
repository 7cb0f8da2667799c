// From an invitation to the door of the hall, and the farewell.

import type { join as vietnamese } from '../vi/join';
import { plural } from './numbers';

export const join: typeof vietnamese = {
  code: {
    title: 'Join an online conference',
    lead: 'Enter the code from the invitation sent to your point.',
    label: 'Access code',
    hint: '10 letters and digits, for example ABCDE-23456.',
    malformed: 'The code does not have 10 letters and digits. Please check the invitation.',
    submit: 'Continue',
    help: 'No code? Ask the office that organises the conference.',
    checking: 'Checking the code…',
    scan: 'Scan the QR code',
    scanHint: 'Hold the QR code of the invitation before the camera.',
    scanFailed: 'The camera cannot be opened. Enter the code by hand.',
  },
  refusal: {
    unknown: {
      title: 'The code is wrong or was withdrawn',
      text: 'Compare the code with the invitation. If it still fails, ask the organisers for a new link.',
    },
    tooMany: {
      title: 'Too many tries',
      text: (seconds: number) => `Please wait ${plural(seconds, 'second')} and try again.`,
    },
    offline: {
      title: 'The server cannot be reached',
      text: 'Check the network cable or Wi-Fi of the room, then try again.',
    },
    server: {
      title: 'The server has a problem',
      text: 'This is not your fault. Try again in a few minutes, or tell the technician at the hub.',
    },
    retry: 'Try again',
    otherCode: 'Enter another code',
  },
  over: {
    left: { title: 'You have left the conference', text: 'You can come back at any time while it is going on.' },
    replaced: {
      title: 'Your point was opened elsewhere',
      text: 'This link was just opened on another device or in another tab, so the connection here has stopped.',
    },
    removed: {
      title: 'Your point was removed from the conference',
      text: 'The chair disconnected this point. If this is a mistake, contact the hub and come back.',
    },
    closed: { title: 'The conference is over', text: 'Thank you for taking part.' },
    comeBack: 'Join again',
    report: 'See the report',
    useHere: 'Use it here',
  },
};
