// What the browser can do with the page and its pictures beyond the page.

export const canFullScreen = (): boolean => document.fullscreenEnabled;

export function toggleFullScreen(): void {
  const done = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  // Refused outside of a person's own act: nothing is lost.
  done.catch(() => {});
}

/** The picture on the stage, where there is one that the browser can put into a window of its own. */
export function stagePicture(): HTMLVideoElement | null {
  if (!document.pictureInPictureEnabled) return null;
  return document.querySelector<HTMLVideoElement>('[data-stage] video');
}

export async function openPicture(video: HTMLVideoElement): Promise<void> {
  if (document.pictureInPictureElement === video) await document.exitPictureInPicture();
  else await video.requestPictureInPicture();
}
