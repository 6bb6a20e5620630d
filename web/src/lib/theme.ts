export type Theme = 'system' | 'light' | 'dark'

const KEY = 'tacit.theme'

/** The theme chosen in this browser. */
export function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY)
  return stored === 'light' || stored === 'dark' ? stored : 'system'
}

/** Uses a theme and remembers it in this browser. */
export function chooseTheme(theme: Theme) {
  if (theme === 'system') localStorage.removeItem(KEY)
  else localStorage.setItem(KEY, theme)
  applyTheme()
}

/** Puts the chosen theme on the page; without one the system's is used. */
export function applyTheme() {
  const theme = storedTheme()
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
}
