const root = document.documentElement;
const system = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

export const isDark = () => root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;

/** @param {() => void} listener  called when the colours are others
 *  @returns {() => void} ends it */
export function onTheme(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function toggleTheme() {
  const theme = isDark() ? 'light' : 'dark';
  root.dataset.theme = theme;
  try {
    // The one thing that is kept in the browser.
    localStorage.setItem('ultraai-theme', theme);
  } catch {
    // Storage may be switched off; then it holds until the page is left.
  }

  tell();
}

const probe = document.createElement('span');

/** What a colour of the style sheets is at the moment: a canvas does not know of custom properties. */
export function colour(name) {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }

  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

system.addEventListener('change', () => root.dataset.theme || tell());

function tell() {
  for (const listener of listeners) {
    listener();
  }
}
