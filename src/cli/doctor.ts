import dotenv from 'dotenv';
import { systemClock } from '../kit/clock.ts';
import { runDoctorCommand } from './doctor-command.ts';

dotenv.config({ quiet: true });
process.exitCode = await runDoctorCommand(process.argv.slice(2), process.env, {
  clock: systemClock,
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
