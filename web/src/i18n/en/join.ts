// From an invitation to the door of the hall, and the farewell.

import type { join as vietnamese } from '../vi/join';
import { count, plural } from './numbers';

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
  lobby: {
    title: 'Get ready to join',
    zone: (zone: string) => `time zone ${zone}`,
    you: 'Your point',
    room: 'Room',
    unit: 'Part of',
    host: 'Chair',
    hostRole: 'Hub, chairing',
    preview: 'Camera preview',
    previewAlt: 'Picture from your camera',
    cameraOff: 'The camera is off',
    cameraFailed: 'No picture from the camera',
    cameraAsking: 'Opening the camera…',
    camera: 'Camera',
    microphone: 'Microphone',
    speaker: 'Speaker',
    defaultDevice: 'Default device',
    unnamedDevice: (n: number) => `Device ${count(n)}`,
    useCamera: 'Join with camera on',
    useMicrophone: 'Join with microphone on',
    level: 'Microphone level',
    levelHint: 'Say something: the bar should follow your voice.',
    microphoneOff: 'The microphone is off',
    enter: 'Join the conference',
    enterHint: 'You can join without a camera or a microphone.',
    allowPrompt: 'When the browser asks for the camera and microphone, choose “Allow”.',
  },
  device: {
    camera: 'camera',
    microphone: 'microphone',
    denied: {
      title: (device: string) => `The browser blocks the ${device}`,
      chromium:
        'Click the icon left of the address, allow Camera and Microphone for this site, then press “Try again”.',
      firefox:
        'Click the crossed-out camera icon left of the address, clear the “Blocked” permission, then press “Try again”.',
      safari:
        'Open the Safari menu → Settings for this website, choose “Allow” for Camera and Microphone, then press “Try again”.',
      ios: 'Tap “AA” in the address bar → Website Settings, choose “Allow” for Camera and Microphone, then press “Try again”.',
      other: 'Open the site permissions of your browser, allow Camera and Microphone, then press “Try again”.',
    },
    missing: {
      title: (device: string) => `No ${device} found`,
      text: 'Plug it in or switch it on and press “Try again”. You can still join to watch and listen.',
    },
    busy: {
      title: (device: string) => `Another program uses the ${device}`,
      text: 'Close other meeting programs (Zoom, Teams, Zalo…) and press “Try again”.',
    },
    insecure: {
      title: 'This page is not secure',
      text: 'Browsers allow camera and microphone only on addresses that begin with https://. Open the exact link of the invitation, or tell your technician.',
    },
    unsupported: {
      title: 'This browser is too old',
      text: 'Please use a current Chrome, Edge, Cốc Cốc, Firefox or Safari.',
    },
    other: {
      title: (device: string) => `The ${device} could not be opened`,
      text: 'Unplug it, plug it in again and press “Try again”.',
    },
    retry: 'Try again',
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
    useHere: 'Use it here',
  },
};
