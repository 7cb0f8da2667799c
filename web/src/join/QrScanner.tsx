// Reads the code of an invitation from its QR code, where the browser can.
import { useEffect, useRef, useState } from 'react';

import { codeOfText } from '../app/code';
import { useText } from '../i18n';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import styles from './CodePage.module.css';

/** As much of the Shape Detection API as is used. */
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;

const detectorClass = (): DetectorClass | undefined => (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;

const LOOK_MS = 200;

export default function QrScanner({ onCode, onClose }: { onCode: (code: string) => void; onClose: () => void }) {
  const { code: text, dialog } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const told = useRef(onCode);
  told.current = onCode;
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let current = true;
    const scan = async () => {
      const Barcode = detectorClass();
      if (!Barcode) throw new Error('no detector');
      const detector = new Barcode({ formats: ['qr_code'] });
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      const element = video.current;
      if (!current || !element) return;
      element.srcObject = stream;
      await element.play();
      const look = async () => {
        const seen = await detector.detect(element).catch(() => []);
        const code = seen.map(({ rawValue }) => codeOfText(rawValue)).find((one) => one !== null);
        if (!current) return;
        if (code) told.current(code);
        else timer = setTimeout(() => void look(), LOOK_MS);
      };
      await look();
    };
    scan().catch(() => current && setFailed(true));
    return () => {
      current = false;
      clearTimeout(timer);
      stream?.getTracks().forEach((track) => track.stop());
    };
  }, []);
  return (
    <Dialog title={text.scan} onClose={onClose}>
      {failed ? <p role="alert">{text.scanFailed}</p> : <p>{text.scanHint}</p>}
      <video ref={video} className={styles.scanner} muted playsInline aria-label={text.scan} />
      <Button data-first onClick={onClose}>
        {dialog.close}
      </Button>
    </Dialog>
  );
}
