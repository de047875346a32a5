import type { Phone } from '../../../../../simulator/phones/phone.ts';
import { tamper } from '../../../../harness/sqlite-file.ts';
import { waitFor } from '../../../stage.ts';
import type { Act, Scene } from '../act.ts';
import { link, readTexts, remove, toldTexts, untilOrdinaryConnected, untilSession, untilTold } from './own-account.ts';

/** An account of this act, which ordinary people do not write to. */
interface Own {
  phone: Phone;
  sessionId: string;
}

/**
 * Between two runs of the process, rows are damaged: the Signal sessions and the stored messages of one account, which goes on,
 * and the credentials of another one, which ends.
 */
export const DAMAGED_ROWS: Act = {
  name: 'damaged rows',
  isLong: true,
  async play(scene) {
    const { stage, fiend, size } = scene;
    const [kept, ended] = [await linked(scene), await linked(scene)];
    await fiend.sendText(kept.phone, 'row 0');
    await untilTold(scene, kept.phone, 1);
    await stage.process.end();
    const values = damage(scene, kept, ended);
    await stage.start();
    await untilOrdinaryConnected(scene);
    await untilSession(stage.process, kept.sessionId, { patienceMs: size.patienceMs, status: 'connected' });
    for (let count = 1; count <= size.times; count += 1) await fiend.sendText(kept.phone, `row ${count}`);
    const problems = [...(await problemsOfTraffic(scene, kept)), ...(await untold(scene, kept, ended))];
    for (const { sessionId } of [kept, ended]) await remove(stage, sessionId);
    await ended.phone.unlink();
    return {
      figure: `${values} values of 2 sessions damaged, ${size.times} texts to one told, the other ended with a sentence`,
      problems,
    };
  },
};

async function linked({ stage, size }: Scene): Promise<Own> {
  const phone = stage.stranger();
  return { phone, sessionId: await link(stage.process, phone, size.patienceMs) };
}

/** Returns how many values it damaged. */
function damage({ stage }: Scene, kept: Own, ended: Own): number {
  let values = 0;
  tamper(stage.environment.AUTH_DIR!, (sqlite) => {
    const run = (sql: string, { sessionId }: Own) => (values += sqlite.prepare(sql).run(sessionId).changes);
    run(`UPDATE signal_keys SET value = '{cut off' WHERE type = 'session' AND session_id = ?`, kept);
    run(`UPDATE journal SET attrs = '{cut off' WHERE session_id = ?`, kept);
    run(`UPDATE credentials SET value = '{}' WHERE session_id = ?`, ended);
  });
  return values;
}

/** Both directions of the account go on. */
async function problemsOfTraffic(scene: Scene, { phone, sessionId }: Own): Promise<string[]> {
  const { stage, fiend, size } = scene;
  const request = { number: fiend.number, message: 'row sent' };
  const { status } = await stage.process.post(`/sessions/${sessionId}/send-message`, request);
  await waitFor(() => readTexts(fiend).has('row sent'), size.patienceMs);
  // The first one is told as undecryptable, is requested again, and comes behind others.
  const missing = () => {
    const told = toldTexts(stage, fiend, phone);
    return Array.from({ length: size.times }, (_, index) => `row ${index + 1}`).filter((text) => !told.includes(text));
  };
  await waitFor(() => missing().length === 0, size.patienceMs);
  return [
    ...missing().map((text) => `“${text}” was not told`),
    ...(status === 200 ? [] : [`a send was answered ${status}`]),
    ...(readTexts(fiend).get('row sent') === 1 ? [] : ['what was sent was not read']),
  ];
}

/** What `/health`, the timelines and the session that ended do not say. */
async function untold({ stage, size }: Scene, kept: Own, ended: Own): Promise<string[]> {
  const { process } = stage;
  await untilSession(process, ended.sessionId, { patienceMs: size.patienceMs, status: 'disconnected' });
  const session = await process.get(`/sessions/${ended.sessionId}`);
  const health = await process.get('/health');
  const problems = (health.body.problems as string[]).filter((sentence) => sentence.includes('set aside'));
  const timelines = await Promise.all(
    [kept, ended].map(({ sessionId }) => process.get(`/sessions/${sessionId}/timeline`)),
  );
  const untoldBy = timelines.filter(
    ({ body }) => !(body.data as { what: string }[]).some(({ what }) => what === 'damaged'),
  );
  return [
    ...(health.status === 200 && problems.length === 1 ? [] : [`/health was ${health.status}, and did not say it`]),
    ...(untoldBy.length === 0 ? [] : [`${untoldBy.length} timelines do not say it`]),
    ...(String(session.body.data.error_message).includes('new QR') ? [] : ['the session that ended does not say why']),
  ];
}
