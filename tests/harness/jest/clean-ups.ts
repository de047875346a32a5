/** What is left to clean up. Test files of a worker share modules, so an `afterAll` there is registered in the first of them only. */
type CleanUp = () => unknown;

const ofTest: CleanUp[] = [];
const ofFile: CleanUp[] = [];
let isInTest = false;

/** Cleans up after the test that is running, or, outside of tests, after those of the file. */
export function cleanUpLater(cleanUp: CleanUp): void {
  (isInTest ? ofTest : ofFile).push(cleanUp);
}

/** The test environment reports each event of the runner. */
export async function onTestEvent(name: string): Promise<void> {
  if (name === 'test_start') isInTest = true;
  if (name !== 'test_done') return;
  isInTest = false;
  await cleanUp(ofTest);
}

/** The test environment reports the end of a file. */
export async function onFileEnd(): Promise<void> {
  isInTest = false;
  await cleanUp([...ofTest.splice(0), ...ofFile.splice(0)]);
}

async function cleanUp(all: CleanUp[]): Promise<void> {
  // The last one first: what was made later may use what was made before.
  for (const each of all.splice(0).reverse()) await each();
}
