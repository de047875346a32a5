/** Before the first paint, so that a page that was chosen to be dark never flashes. Not a module: those come later. */
try {
  const theme = localStorage.getItem('dashboard-theme');
  if (['light', 'dark'].includes(theme)) document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing looks as the system does.
}
