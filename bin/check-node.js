// Plain JavaScript, so that a Node too old for TypeScript fails with a clear message.
const NEEDED = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `The WhatsApp Orchestrator needs Node ${NEEDED.join('.')} or newer (24 is best), but this is Node ${process.versions.node}.\n`,
  );
  process.exit(1);
}
