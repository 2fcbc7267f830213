// The file that `init` writes: small enough to read whole, and it runs as it stands.

export const STARTER = `# p2pstream: one file says what this proxy does. It is read again whenever it changes, and a mistake changes nothing.
#   p2pstream validate              finds every mistake at once
#   p2pstream explain GET http://localhost:8080/hello
#   p2pstream run                   serves
# For completion in an editor: p2pstream schema > p2pstream.schema.json, and this line:
# yaml-language-server: $schema=./p2pstream.schema.json
version: 1

# Where visitors connect.
listeners:
  web:
    protocol: http
    bind: 127.0.0.1       # leave out to listen on every interface
    port: 8080

# Which request goes where: the lowest priority first, then by id.
routes:
  hello:
    listener: web
    match:
      path: /hello
    forward:
      targets:
        - static:
            body: "Hello from p2pstream\\n"

  # Everything below /app goes to two origins; they see the path without /app.
  # app:
  #   listener: web
  #   match:
  #     host: app.example.com
  #     path_prefix: /app
  #   rewrite:
  #     strip_prefix: /app
  #   forward:
  #     targets:
  #       - url: http://127.0.0.1:3000
  #       - url: http://127.0.0.1:3001

  # What nothing else takes.
  rest:
    listener: web
    default: true
    redirect:
      mode: same_host_path
      target: /hello
      status: 302
      preserve_path_suffix: false
`
