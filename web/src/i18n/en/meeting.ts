import type { MeetingMessages } from '../meeting';
import { plural } from './numbers';

export const meeting: MeetingMessages = {
  seats: {
    hub: 'The hub',
    chair: 'Chair',
    secretary: 'Secretary',
    technician: 'Technician',
    delegate: 'Delegate',
    observer: (name) => `Observer ${name}`,
  },
  phase: {
    draft: 'Draft',
    published: 'Not open yet',
    'line-check': 'Line check',
    open: 'In session',
    paused: 'Paused',
    closed: 'Closed',
  },
  level: { red: 'Needs action', amber: 'Needs attention', green: 'Ready', quiet: 'Not taking part yet' },
  cause: {
    'never-connected': 'Not connected yet',
    'line-lost': 'Line lost',
    'no-picture': 'No picture',
    'no-sound': 'No sound',
    'weak-line': 'Weak line',
    'not-checked': 'Line not checked',
    'nobody-here': 'No delegate is there',
    unconfirmed: 'Roll call not finished',
  },
  presence: {
    present: 'Present',
    left: 'Left',
    absent: 'Absent',
    excused: 'Excused',
    proxy: 'By proxy',
    unconfirmed: 'Not called yet',
  },
  pages: { label: 'Pages of the meeting', desk: "Chair's desk", ready: 'Readiness', roll: 'Roll call', report: 'Report', hall: 'Hall' },
  hostsOnly: {
    title: 'This page is for those who run the meeting',
    text: 'Open it by the link of the chair, the secretary, the technician or the hub.',
  },
  clock: 'Time of the meeting',
  removed: 'Removed from the meeting',
  live: {
    connecting: 'Loading the meeting…',
    lost: 'The server cannot be reached. What is shown may be old; the page reconnects by itself.',
    retry: 'Reconnect now',
  },
  ledger: {
    failing: (waiting) => `The ledger cannot be written: ${plural(waiting, 'event')} kept in memory. Call the technician now; do not stop the server.`,
    since: (time) => `Since ${time}.`,
  },
  shortcuts: {
    title: 'Keys',
    enabled: 'Use single keys',
    enabledHint: 'Switch this off if you control the machine by voice, or press keys by mistake.',
    close: 'Close',
    list: 'Open this list',
  },
  refused: {
    notConnected: (name) => `${name} is not connected.`,
    notPresiding: (name) => `Only whoever presides may do that, and that is ${name}.`,
    stillPresiding: (name) => `${name} presides, and its line is up.`,
    isRemoved: (name) => `${name} was removed from the meeting.`,
    notRemoved: (name) => `${name} was not removed.`,
  },
};
