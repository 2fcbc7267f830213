// Hands the command line to the commands and ends as they say. `launch.js` comes here once the Node is new enough.
import { environment } from './cli/environment.ts'
import { main } from './cli/main.ts'

process.exit(await main(process.argv.slice(2), environment()))
