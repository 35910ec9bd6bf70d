export function LockPage() { return null; }
