// Runs before the first paint, so a chosen theme never flashes the other one. A file of its own because the CSP forbids inline scripts.
try {
  const chosen = localStorage.getItem('muniment-theme');
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
} catch {
  // Storage may be blocked; then the system's theme stands.
}
