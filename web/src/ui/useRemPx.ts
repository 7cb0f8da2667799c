import { useEffect, useState } from 'react';

/** How many pixels a rem is: it grows with the screen and with the person's own setting. */
export function useRemPx(): number {
  const [remPx, setRemPx] = useState(measure);
  useEffect(() => {
    const look = () => setRemPx(measure());
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }, []);
  return remPx;
}

const measure = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 17;
