/** Puts a button that copies it beside each piece of code. */
export function addCopyButtons() {
  for (const code of document.querySelectorAll('.code')) {
    const button = document.createElement('button');
    const name = code.querySelector('.type').textContent;
    button.type = 'button';
    button.textContent = 'Copy';
    button.setAttribute('aria-label', `Copy ${name}`);
    button.addEventListener('click', () => copy(code.querySelector('pre'), button));
    code.append(button);
  }
}

async function copy(pre, button) {
  const isCopied = await write(pre.textContent).catch(() => false);
  if (!isCopied) document.getSelection().selectAllChildren(pre);
  button.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
  button.addEventListener('blur', () => (button.textContent = 'Copy'), { once: true });
}

/** Browsers offer the clipboard over https and on localhost only. */
async function write(text) {
  if (!navigator.clipboard) return false;
  await navigator.clipboard.writeText(text);
  return true;
}
