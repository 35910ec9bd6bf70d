/** A sealed letter M: the house's mark, drawn in the colour of its surroundings. */
export const Mark = ({ size = 22 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden className="mark">
    <rect width="32" height="32" rx="7.5" className="mark-ground" />
    <path
      d="M8.5 23V10.5c0-1 1.1-1.5 1.8-.8L16 15.2l5.700-5.5c.7-.7 1.8-.2 1.8.8V23"
      className="mark-letter"
    />
    <path d="M13 23h6" className="mark-line" />
  </svg>
);
