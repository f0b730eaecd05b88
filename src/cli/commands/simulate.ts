import type { Command } from 'commander';
import { type SimulateRouterOsOptions, simulateRouterOsFlags } from '../../simulator/command-flags.ts';
import { type SimulateOmadaOptions, simulateOmadaFlags } from '../../simulator/omada/command-flags.ts';
import type { Carry } from '../carry.ts';
import { exitCodes } from '../io.ts';
import { simulateOption } from '../twinned-command.ts';

// Commands are loaded when they are run: help, and what only asks the daemon, should be there at once.

/** Simulated devices. */
export function addSimulate(program: Command, carry: Carry): void {
  const simulate = program.command('simulate').description('simulated devices that speak the true protocols');
  const routeros = simulate
    .command('routeros')
    .description('a router: API, PPPoE dial-in by RADIUS or local secrets, CoA');
  for (const flag of simulateRouterOsFlags) routeros.addOption(simulateOption(flag));
  routeros.action((options: SimulateRouterOsOptions, command) =>
    carry(command, async (io, { signal, clock }) => {
      const { simulateRouterOs } = await import('../../simulator/command.ts');
      await simulateRouterOs(options, { out: (line) => io.out(`${line}\n`), signal, clock });
      return signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.success;
    }),
  );
  const omada = simulate.command('omada').description('an Omada controller, with its access points and guests');
  for (const flag of simulateOmadaFlags) omada.addOption(simulateOption(flag));
  omada.action((options: SimulateOmadaOptions, command) =>
    carry(command, async (io, { signal, clock }) => {
      const { simulateOmada } = await import('../../simulator/omada/command.ts');
      await simulateOmada(options, { out: (line) => io.out(`${line}\n`), signal, clock });
      return signal.reason === 'SIGINT' ? exitCodes.interrupted : exitCodes.success;
    }),
  );
}
