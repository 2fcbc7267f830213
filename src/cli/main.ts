// From the words on the command line to a command with plain values. The only file that knows yargs.
import yargs, { type Argv, type Options } from 'yargs'
import { COMMANDS, type Command } from './commands.ts'
import { type Environment, flagsFrom } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { EVERYWHERE, type Flags } from './flags.ts'
import { given } from './given.ts'
import { expectClosedReaders, printNote } from './print.ts'
import { UsageError, usageMessage } from './usage.ts'
import { currentVersion } from './version.ts'

/** Values stay text, `--no-color` is a flag of its own, and a list takes one value per flag. */
const PARSER = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'greedy-arrays': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
} as const

const NO_COMMAND = 'name a command'

const EPILOGUE = [
  'Every flag can stand in the environment: --log-level is P2PSTREAM_LOG_LEVEL. A flag goes before the environment, the environment before the file.',
  'Signals to a running server: SIGHUP reads the file now. SIGTERM and SIGINT stop it: work in flight may finish within server.drain_timeout, then the exit code is 0. A second one ends it at once, with 143 or 130.',
  "Exit codes: 0 yes; 1 a negative answer (invalid, no match); 64 wrong usage; 66 input can't be read; 69 the server can't be reached; 70 our fault; 78 the server won't start on this configuration.",
].join('\n\n')

const nameOf = ({ line }: Command): string => line.replace(/ .*/, '')

const VOCABULARY = {
  commands: COMMANDS.flatMap(command => [nameOf(command), command.alias ?? []].flat()),
  flags: [EVERYWHERE, ...COMMANDS.map(({ flags }) => flags), { help: true, version: true }].flatMap(
    Object.keys,
  ),
}

function toOptions(flags: Flags): Record<string, Options> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, { type, ...rest }]) => [
      name,
      { ...rest, type, string: type !== 'boolean' },
    ]),
  )
}

function parserOf(argv: readonly string[], variables: Environment, ended: (code: number) => void): Argv {
  const parser = yargs([...argv])
    .scriptName('p2pstream')
    .usage('p2pstream, a reverse proxy that does what one YAML file says\n\nUsage: $0 <command> [flags]')
    .locale('en')
    .parserConfiguration(PARSER)
    .options(toOptions(EVERYWHERE))
    .demandCommand(1, NO_COMMAND)
    .strict()
    .help()
    .alias('help', 'h')
    .version(currentVersion().version)
    .epilogue(EPILOGUE)
    .wrap(100)
    .exitProcess(false)
    .fail((complaint: string | undefined, error: Error | undefined) => {
      // Its own complaints come as text or as a YError; everything else is thrown by a command.
      if (error !== undefined && error.name !== 'YError') throw error
      throw new UsageError(usageMessage(complaint ?? error?.message ?? '', argv, VOCABULARY))
    })
  for (const command of COMMANDS) {
    parser.command(
      command.alias === undefined ? command.line : [command.line, command.alias],
      command.describe,
      own =>
        own
          .options(toOptions(command.flags))
          .config(flagsFrom(variables, { ...EVERYWHERE, ...command.flags })),
      async values => ended(await command.call(given(values), variables)),
    )
  }
  return parser
}

/** Runs the command that `argv` (without node and script) names; the exit code, when everything is printed. */
export async function main(argv: readonly string[], variables: Environment): Promise<number> {
  expectClosedReaders()
  let code: number = EXIT.yes
  const parser = parserOf(argv, variables, ended => {
    code = ended
  })
  try {
    await parser.parseAsync()
    return code
  } catch (error) {
    if (!(error instanceof UsageError)) {
      await printNote(`p2pstream: ${error instanceof Error ? error.stack : String(error)}\n`)
      return EXIT.ourFault
    }
    const isLost = error.message === NO_COMMAND
    await printNote(
      isLost ? `${await parser.getHelp()}\n` : `p2pstream: ${error.message}\nTry \`p2pstream --help\`.\n`,
    )
    return EXIT.usage
  }
}
