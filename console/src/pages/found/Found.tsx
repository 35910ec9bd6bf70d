export function Found() { return null; }
