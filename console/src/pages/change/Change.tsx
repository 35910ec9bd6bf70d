export function Change() { return null; }
