// Loudness of a microphone as a bar shows it.

const FLOOR_DB = -60;

/** 0 (silence, -60 dBFS and less) to 1 (full scale) from samples of -1 to 1. */
export function levelOf(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const db = 10 * Math.log10(sum / samples.length);
  return Number.isFinite(db) ? Math.min(1, Math.max(0, 1 - db / FLOOR_DB)) : 0;
}

/** Calls `show` with the level of the stream about 20 times a second until the returned function is called. */
export function watchLevel(stream: MediaStream, show: (level: number) => void): () => void {
  const context = new AudioContext();
  const source = context.createMediaStreamSource(stream);
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    show(levelOf(samples));
  }, 50);
  // A page that was never touched may start with the context suspended.
  const resume = () => void context.resume().catch(() => {});
  resume();
  document.addEventListener('pointerdown', resume);
  document.addEventListener('keydown', resume);
  return () => {
    clearInterval(timer);
    document.removeEventListener('pointerdown', resume);
    document.removeEventListener('keydown', resume);
    source.disconnect();
    void context.close().catch(() => {});
  };
}
