// A classic script in the head: the chosen theme is there before the first paint.
try {
  const chosen = localStorage.getItem('ultraai-theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
} catch {
  // Storage may be switched off; then the system's theme holds.
}
