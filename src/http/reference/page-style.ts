/** The style sheet of the page: light and dark, for wide screens and for phones. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: light-dark(#1d2521, #e4e9e6);
  --paper: light-dark(#fff, #14191b);
  --soft: light-dark(#f3f6f4, #1d2427);
  --border: light-dark(#d8dfdb, #344045);
  --faint: light-dark(#55625c, #a3b0aa);
  --link: light-dark(#00695c, #4fd1b5);
  --get: light-dark(#0b5cad, #7ab8f5);
  --post: light-dark(#1b6e3a, #6fcf97);
  --patch: light-dark(#8a5a00, #f2c46d);
  --delete: light-dark(#b3261e, #ff9a92);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
nav { max-height: 40vh; padding: 1rem; overflow-y: auto; border-bottom: 1px solid var(--border); font-size: 0.9rem; }
nav summary { font-weight: 600; cursor: pointer; }
nav h2 { margin: 1rem 0 0; font-size: 0.9rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li { padding: 0.15rem 0; }
nav a, h3 a { color: inherit; text-decoration: none; }
nav a:hover, h3 a:hover { text-decoration: underline; }
main { max-width: 54rem; padding: 1rem; }
h1 small { color: var(--faint); font-weight: 400; font-size: 1rem; }
section { margin-top: 3rem; }
article { margin-top: 2rem; padding-top: 1rem; border-top: 1px solid var(--border); }
h3 { margin: 0; }
h4 { margin: 1rem 0 0.25rem; }
p { margin: 0.5rem 0; }
code, pre, .type { font: 0.875rem/1.5 ui-monospace, monospace; }
code { padding: 0.1em 0.3em; border-radius: 0.25rem; background: var(--soft); }
pre { margin: 0.5rem 0; padding: 0.75rem; border-radius: 0.5rem; background: var(--soft); overflow-x: auto; overflow-wrap: normal; }
.method { display: inline-block; min-width: 4rem; font: 700 0.8rem/1.5 ui-monospace, monospace; }
.get { color: var(--get); }
.post { color: var(--post); }
.patch { color: var(--patch); }
.delete { color: var(--delete); }
nav small { display: block; color: var(--faint); font: 0.75rem/1.4 ui-monospace, monospace; }
nav .method { min-width: 0; font-size: inherit; }
[hidden] { display: none; }
label { display: block; margin: 0.5rem 0; }
input, textarea { display: block; width: 100%; margin-top: 0.25rem; padding: 0.4rem 0.5rem; border: 1px solid var(--faint); border-radius: 0.375rem; color: inherit; background: var(--paper); font: 0.875rem/1.5 ui-monospace, monospace; }
button { padding: 0.3rem 0.75rem; border: 1px solid var(--link); border-radius: 0.375rem; color: var(--link); background: var(--paper); font: 600 0.875rem/1.5 system-ui, sans-serif; cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
kbd { padding: 0 0.35em; border: 1px solid var(--border); border-radius: 0.25rem; font: 0.8rem ui-monospace, monospace; }
details > summary { cursor: pointer; }
.trial { margin: 0.5rem 0; }
.trial > summary { color: var(--link); font-weight: 600; }
.trial form { padding: 0.25rem 1rem 1rem; border: 1px solid var(--border); border-radius: 0.5rem; }
.code { position: relative; }
.code > button { position: absolute; top: 0; right: 0; }
#key-field { max-width: 32rem; }
.type, .access, .or, i { color: var(--faint); }
.fields { margin: 0.5rem 0; padding: 0; list-style: none; }
.fields .fields { margin-left: 0.25rem; padding-left: 0.75rem; border-left: 2px solid var(--border); }
.fields li { padding: 0.25rem 0; }
.response { display: grid; grid-template-columns: 4rem minmax(0, 1fr); }
.response > h4 { margin-top: 0.5rem; }
.response ul { margin: 0.5rem 0; }
.error ul { padding: 0; list-style: none; }
.error h4 { color: var(--delete); }
@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 18rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; max-height: 100vh; border: 0; border-right: 1px solid var(--border); }
  main { padding: 1rem 2rem; }
}
`;
