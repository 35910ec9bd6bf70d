export function Propose() { return null; }
