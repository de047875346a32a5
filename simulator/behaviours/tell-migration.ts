import { childOf, childrenOf, node, type Stanza } from '../kit/stanza.ts';
import type { Directory } from '../world/directory.ts';
import type { Behaviour } from './behaviour.ts';

/** The property `lid_one_on_one_migration_enabled`. */
const MIGRATED = { config_code: '9435', config_value: '1' };

/** Adds to the properties of a migrated account that it is one. */
export function tellMigration(directory: Directory): Behaviour {
  return {
    name: 'tell migration',
    onSend(stanza, client, send) {
      const isTold = directory.byJid(client.device?.jid('pn'))?.isMigrated === true && childOf(stanza, 'props');
      send(isTold ? withProperty(stanza) : stanza);
    },
  };
}

function withProperty({ tag, attrs, content }: Stanza): Stanza {
  const children = Array.isArray(content) ? content : [];
  return node(
    tag,
    attrs,
    children.map((child) =>
      child.tag === 'props' ? node('props', child.attrs, [...childrenOf(child), node('prop', MIGRATED)]) : child,
    ),
  );
}
