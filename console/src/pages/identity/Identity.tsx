export function Identity() { return null; }
