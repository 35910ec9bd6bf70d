/** A sealed letter M: the house's mark, drawn in the colour of its surroundings. */
export const Mark = ({ size = 22 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="mark">
    <rect width="32" height="32" rx="7.5" className="mark-ground" />
    <path d="M8.500 23V10.500c0-1 1.100-1.500 1.800-.8L16 15.200l5.700-5.500c.7-.7 1.800-.2 1.800.8V23" className="mark-letter" />
    <path d="M13 23h6" className="mark-line" />
  </svg>
);
