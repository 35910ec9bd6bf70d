import { useEffect, useState } from 'react';
import { formatNumber, plural } from '../../lib/format.ts';
import type { Stage } from './package.ts';

const TICK_MS = 1000;
const BYTES_IN_KB = 1024;

const sayOf = (stage: Stage): string => {
  switch (stage.stage) {
    case 'building':
      return 'The server gathers the entries, runs every test and verifies what it made';
    case 'receiving':
      return `Receiving: ${formatNumber(Math.ceil(stage.bytes / BYTES_IN_KB))} kB are here`;
    case 'checking':
      return 'Verifying it in this browser';
  }
};

const STEPS: Array<Stage['stage']> = ['building', 'receiving', 'checking'];

/** How far a build is: which of its three steps, and for how long. Nobody can know the bytes before they are made. */
export function Progress({ stage }: { stage: Stage }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((now) => now + 1), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const step = STEPS.indexOf(stage.stage);
  return (
    <div className="building">
      <progress aria-label="Building the package" max={STEPS.length} value={step + 0.5} />
      <p role="status">
        Step {step + 1} of {STEPS.length}: {sayOf(stage)}.
      </p>
      <p className="muted">{plural(seconds, 'second')}</p>
    </div>
  );
}
