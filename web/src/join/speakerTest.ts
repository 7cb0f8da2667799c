// Two notes through the chosen speaker: whether the room hears anything.

const RATE = 22_050;
const NOTES = [523.25, 659.25];
const NOTE_S = 0.45;

/** A WAV file (RIFF, 16 bit, one channel) of the two notes, each fading out. */
export function melody(): ArrayBuffer {
  const perNote = Math.round(RATE * NOTE_S);
  const samples = NOTES.length * perNote;
  const view = new DataView(new ArrayBuffer(44 + samples * 2));
  const text = (at: number, word: string) => [...word].forEach((char, index) => view.setUint8(at + index, char.charCodeAt(0)));
  text(0, 'RIFF');
  view.setUint32(4, 36 + samples * 2, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, RATE * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, 'data');
  view.setUint32(40, samples * 2, true);
  for (let sample = 0; sample < samples; sample++) {
    const note = NOTES[Math.floor(sample / perNote)] ?? 0;
    const within = (sample % perNote) / perNote;
    const loud = Math.min(1, within * 40) * (1 - within) * 0.4;
    view.setInt16(44 + sample * 2, Math.round(Math.sin((2 * Math.PI * note * sample) / RATE) * loud * 32_767), true);
  }
  return view.buffer;
}

/** Plays it to the end; rejects where nothing can be played. */
export async function testSpeaker(speakerId: string): Promise<void> {
  const url = URL.createObjectURL(new Blob([melody()], { type: 'audio/wav' }));
  try {
    const audio = new Audio(url);
    // A speaker that is gone today: the default one plays.
    if (speakerId !== '' && 'setSinkId' in audio) await audio.setSinkId(speakerId).catch(() => {});
    const ended = new Promise<void>((resolve, reject) => {
      audio.addEventListener('ended', () => resolve());
      audio.addEventListener('error', () => reject(new Error('not playable')));
    });
    await audio.play();
    await ended;
  } finally {
    URL.revokeObjectURL(url);
  }
}
